import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { motifPaths } from "./motif-paths";
import { SparkBar } from "./spark-bar";
import { StepGraph } from "./step-graph";

afterEach(cleanup);

const stages = [
  { name: "judge", state: "done" as const, steps: [{ name: "worth asking", in: 240, kept: 201, dropped: { "too short": 3, "teaches nothing": 36 }, failed: 0 }] },
  { name: "questions", state: "active" as const, steps: [{ name: "write pairs", in: 9, kept: 4, failed: { timeout: 2 } }, { name: "check", in: 4, kept: 4 }] },
];

describe("StepGraph", () => {
  it("is a list of stages, each with a list of its steps and their figures", () => {
    render(<StepGraph stages={stages} hue={10} label="Steps" />);
    const lists = screen.getAllByRole("list");
    expect(lists).toHaveLength(3);
    const step = screen.getByText("worth asking").closest("li")!;
    expect(step.textContent).toContain("240 in");
    expect(step.textContent).toContain("39 dropped");
    expect(step.textContent).toContain("teaches nothing: 36");
  });

  it("glows where records are, and only while the run runs", () => {
    const { rerender } = render(<StepGraph stages={stages} hue={10} label="Steps" />);
    const glows = (name: string): string | null => screen.getByText(name).closest("li")!.getAttribute("data-glows");
    expect([glows("write pairs"), glows("check"), glows("worth asking")]).toEqual(["true", "false", "false"]);
    expect(screen.getByText("3 records at work")).toBeTruthy();
    rerender(<StepGraph stages={stages} hue={10} label="Steps" state="failed" />);
    expect(glows("write pairs")).toBe("false");
    expect(screen.getByText("stopped here")).toBeTruthy();
  });

  it("shows no figures where there are none", () => {
    render(<StepGraph stages={[{ name: "poems", steps: [{ name: "poem" }] }]} hue={10} label="Steps" />);
    expect(within(screen.getByRole("region", { name: "Steps" })).queryByText(/kept/)).toBeNull();
  });
});

describe("SparkBar", () => {
  it("says how far it is, and never more than the whole", () => {
    const { rerender } = render(<SparkBar value={120} max={400} state="running" hue={10} label="Questions" />);
    const bar = screen.getByRole("progressbar", { name: "Questions" });
    expect(bar.getAttribute("aria-valuenow")).toBe("120");
    expect(bar.getAttribute("aria-valuetext")).toBe("120 of 400");
    expect(bar.querySelector<HTMLElement>(".ws-bar-fill")!.style.width).toBe("30%");
    rerender(<SparkBar value={500} max={400} state="running" hue={10} label="Questions" />);
    expect(bar.querySelector<HTMLElement>(".ws-bar-fill")!.style.width).toBe("100%");
  });

  it("claims no share when the whole is unknown", () => {
    render(<SparkBar value={120} max={null} state="running" hue={10} label="Questions" />);
    const bar = screen.getByRole("progressbar", { name: "Questions" });
    expect(bar.hasAttribute("aria-valuenow")).toBe(false);
    expect(bar.getAttribute("aria-valuetext")).toBe("120 so far");
    expect(bar.querySelector(".ws-bar-unknown")).not.toBeNull();
  });

  it.each(["queued", "failed", "lost"] as const)("stays empty for a %s run whose whole is unknown", (state) => {
    render(<SparkBar value={0} max={null} state={state} hue={10} label="Questions" />);
    expect(screen.getByRole("progressbar", { name: "Questions" }).querySelector(".ws-bar-track")!.childElementCount).toBe(0);
  });
});

describe("emblems", () => {
  it("stay on their board", () => {
    for (const { lines } of Object.values(motifPaths)) {
      expect(lines).toMatch(/^M/);
      expect(lines).not.toMatch(/NaN|undefined/);
    }
  });
});
