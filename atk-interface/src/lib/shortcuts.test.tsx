import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useShortcuts, watchKeyboard } from "@/lib/shortcuts";

const pressed = vi.fn<(what: string) => void>();

function Page({ name, keys }: { name: string; keys: string[] }) {
  useShortcuts(
    name,
    keys.map((each) => ({ keys: each, label: each, run: () => pressed(`${name} ${each}`) })),
  );
  return <input aria-label="text" />;
}

describe("shortcuts", () => {
  let stop: () => void;
  beforeEach(() => {
    stop = watchKeyboard();
  });
  afterEach(() => {
    stop();
    pressed.mockReset();
    document.body.replaceChildren();
  });

  it("run what their keys stand for, one after the other too", async () => {
    render(<Page name="page" keys={["a", "g r", "mod+k", "?"]} />);
    await userEvent.keyboard("a");
    await userEvent.keyboard("gr");
    await userEvent.keyboard("{Control>}k{/Control}");
    await userEvent.keyboard("?");
    expect(pressed.mock.calls.flat()).toEqual(["page a", "page g r", "page mod+k", "page ?"]);
  });

  it("leave letters to the field that is typed in, but not Ctrl", async () => {
    const { getByLabelText } = render(<Page name="page" keys={["a", "mod+k"]} />);
    getByLabelText("text").focus();
    await userEvent.keyboard("a{Control>}k{/Control}");
    expect(pressed.mock.calls.flat()).toEqual(["page mod+k"]);
  });

  it("belong to the part of the page that came last, and to the earlier one again when it has gone", async () => {
    const { rerender } = render(
      <>
        <Page name="page" keys={["a"]} />
        <Page name="dialog" keys={["a"]} />
      </>,
    );
    await userEvent.keyboard("a");
    rerender(<Page name="page" keys={["a"]} />);
    await userEvent.keyboard("a");
    expect(pressed.mock.calls.flat()).toEqual(["dialog a", "page a"]);
  });
});
