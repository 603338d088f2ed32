import { fakeService, type Asked } from "@/test/fake-service";
import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonSchema } from "@/lib/yaml-config";
import { FormOnText } from "@/features/configs/testing/form-on-text";

const password = { type: "string", format: "password", writeOnly: true };
const model = {
  title: "Model",
  "x-model": true,
  anyOf: [
    { type: "string" },
    {
      type: "object",
      additionalProperties: false,
      properties: {
        name: { type: "string", default: "auto" },
        base_url: { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }], default: "" },
        api_key: { anyOf: [password, { type: "array", items: password }, { type: "null" }], default: null },
        sampling: { type: "object", title: "Sampling", additionalProperties: true, properties: { temperature: { anyOf: [{ type: "number", minimum: 0 }, { type: "null" }], default: null } } },
      },
    },
  ],
};
const schema: JsonSchema = {
  title: "test-pipeline",
  type: "object",
  $defs: { Model: model, other_pipeline: { title: "other_pipeline", "x-pipeline": "other-pipeline", type: "object", properties: { votes: { type: "integer" } } } },
  properties: {
    pipeline: { type: "string" },
    about: { type: "string", default: "" },
    system_context: { anyOf: [{ type: "string", "x-multiline": true }, { type: "null" }], default: null },
    chunk_size: { type: "integer", default: 400, description: "Longest chunk, in tokens." },
    holdout: { type: "number", default: 0.05 },
    parquet: { type: "boolean", default: false },
    output_format: { enum: ["messages", "text"], default: "messages" },
    input_dir: { type: "string", format: "path", default: "inputs/sample" },
    styles: { type: "array", items: { enum: ["vague", "negative", "followup"], type: "string" }, default: ["vague"] },
    inputs: { type: "array", items: { type: "object", properties: { path: { type: "string", format: "path" }, limit: { type: "integer", default: 3 } }, required: ["path"] }, default: [] },
    small_model: { $ref: "#/$defs/Model", default: "offline" },
    token: { ...password, default: "" },
    part: { anyOf: [{ $ref: "#/$defs/other_pipeline" }, { type: "null" }], default: null },
    extra: {},
  },
};

const START = `# mine
pipeline: test-pipeline
about: fog          # in a few words
chunk_size: 300
Rows:
  styles: [vague, negative]
`;

let asked: readonly Asked[];
let user: ReturnType<typeof userEvent.setup>;

beforeEach(() => {
  user = userEvent.setup();
  ({ asked } = fakeService({
    "GET /api/settings/secrets": () => ({ items: [{ name: "openai", reference: "secret://openai", created: 1, changed: 1, overridden_by: "" }] }),
    "GET /api/settings/providers": () => ({ items: [{ name: "openai", base_url: "https://api.openai.com/v1", secret: "openai", variable: "", built_in: true, local: false, has_key: true }] }),
    "PUT /api/settings/secrets/token": () => undefined,
    "POST /api/settings/connection-test": () => ({ ok: false, seconds: 0.1, models: [], problem: "the key was refused", advice: "Check the key." }),
  }));
});
afterEach(cleanup);

function open(text = START, more: { mistakes?: { key: string; line: number; message: string; file: string }[]; goTo?: string } = {}): void {
  render(<FormOnText text={text} schema={schema} {...more} />);
}
const text = () => screen.getByTestId("text").textContent;
const field = (name: string) => screen.getByLabelText(name, { exact: true });

describe("a field of the form", () => {
  it("of text changes its value and nothing else", async () => {
    open();
    await user.type(field("About"), "s: #1");
    const line = /^about: (?:"fogs: #1"|'fogs: #1') +# in a few words$/m;
    expect(text()).toMatch(line);
    expect(text().replace(line, "about: fog          # in a few words")).toBe(START);
  });

  it("of long text takes several lines, and nothing as null", async () => {
    open();
    await user.type(field("System context"), "Be{enter}kind");
    expect((field("System context") as HTMLTextAreaElement).value).toBe("Be\nkind");
    expect(text()).toContain("system_context:");
    await user.clear(field("System context"));
    expect(text()).toContain("system_context: null");
  });

  it("of a number keeps what is typed until it is one", async () => {
    open();
    await user.clear(field("Holdout"));
    await user.type(field("Holdout"), "0.");
    expect(text()).toContain("holdout: 0");
    await user.type(field("Holdout"), "10");
    expect((field("Holdout") as HTMLInputElement).value).toBe("0.10");
    expect(text()).toContain("holdout: 0.1\n");
    await user.clear(field("Chunk size"));
    await user.type(field("Chunk size"), "x");
    expect(text()).toContain("chunk_size: 300");
    expect(screen.getByText(/this is no number/)).toBeTruthy();
  });

  it("of yes and no is on, off or left to the default", async () => {
    open();
    const group = screen.getByRole("radiogroup", { name: "Parquet" });
    await user.click(within(group).getByLabelText("On"));
    expect(text()).toContain("parquet: true");
    await user.click(within(group).getByLabelText("Default (off)"));
    expect(text()).toBe(START);
  });

  it("of a few choices writes one of them", async () => {
    open();
    await user.selectOptions(field("Output format"), "text");
    expect(text()).toContain("output_format: text");
    await user.selectOptions(field("Output format"), "");
    expect(text()).toBe(START);
  });

  it("of a path writes what is typed", async () => {
    open();
    await user.type(field("Input dir"), "inputs/books");
    expect(text()).toContain("input_dir: inputs/books");
  });

  it("of a list is added to, reordered and shortened", async () => {
    open();
    await user.click(screen.getByRole("button", { name: "Add to styles" }));
    expect(text()).toBe(START.replace("negative]", "negative, followup]"));
    await user.click(screen.getByRole("button", { name: "Move up: Styles, 3 of 3" }));
    expect(text()).toContain("[vague, followup, negative]");
    await user.click(screen.getByRole("button", { name: "Remove: Styles, 1 of 3" }));
    expect(text()).toBe(START.replace("[vague, negative]", "[followup, negative]"));
  });

  it("of a list of settings begins with what each must have", async () => {
    open();
    await user.click(screen.getByRole("button", { name: "Add to inputs" }));
    await user.type(field("Path"), "inputs/a");
    expect(text()).toMatch(/inputs:\n\s*- path: "?inputs\/a"?\n/);
    await user.click(screen.getByRole("button", { name: /More settings/ }));
    await user.type(field("Limit"), "9");
    expect(text()).toMatch(/- path: "?inputs\/a"?\n\s+limit: 9\n/);
  });

  it("of a model writes PROVIDER:NAME, and what else is set beside it", async () => {
    open();
    const group = screen.getByRole("group", { name: "Small model" });
    await within(group).findByRole("option", { name: "openai" });
    await user.selectOptions(within(group).getByLabelText("Answers at"), "provider:openai");
    await user.type(within(group).getByLabelText("Model"), "gpt-x");
    expect(text()).toMatch(/^small_model: "?openai:gpt-x"?\n/m);
    await user.click(within(group).getByRole("button", { name: "Test connection" }));
    expect(await within(group).findByText("the key was refused")).toBeTruthy();
    expect(asked.find(({ call }) => call === "POST /api/settings/connection-test")?.body).toEqual({ provider: "openai", model: "gpt-x" });
    await user.click(within(group).getByRole("button", { name: /Sampling, prices/ }));
    await user.click(within(group).getByRole("button", { name: /^Settings/ }));
    await user.type(within(group).getByLabelText("Temperature"), "0.5");
    expect(text()).toMatch(/small_model:\n\s+name: "?openai:gpt-x"?\n\s+sampling:\n\s+temperature: 0.5\n/);
  });

  it("of a secret names one of those that are kept", async () => {
    open();
    await screen.findByRole("option", { name: "openai" });
    await user.selectOptions(field("Token"), "secret://openai");
    expect(text()).toContain("token: secret://openai");
    await user.selectOptions(field("Token"), "variable");
    await user.clear(screen.getByLabelText("Name of the variable"));
    await user.type(screen.getByLabelText("Name of the variable"), "MY_KEY");
    expect(text()).toContain("token: ${MY_KEY}");
  });

  it("of a secret in plain text is flagged, not shown, and moved away with one press", async () => {
    const key = "sk-0123456789abcdefghij";
    open(`${START}token: ${key}\n`);
    const flagged = screen.getByRole("group", { name: "Token" });
    expect(flagged.textContent).toContain("This would be saved in plain text: keep it as a secret.");
    expect(flagged.innerHTML).not.toContain(key);
    await user.click(within(flagged).getByRole("button", { name: "Keep as a secret" }));
    await waitFor(() => expect(text()).toBe(`${START}token: secret://token\n`));
    expect(asked.find(({ call }) => call === "PUT /api/settings/secrets/token")?.body).toEqual({ value: key });
  });

  it("of another pipeline's settings writes only what is changed", async () => {
    open();
    await user.click(screen.getByRole("button", { name: /Settings of other-pipeline/ }));
    await user.type(field("Votes"), "5");
    expect(text()).toMatch(/part:\n\s+votes: 5\n/);
  });

  it("of anything else is YAML, kept as typed until it is", async () => {
    open();
    await user.type(field("Extra"), "[[1, 2");
    expect(text()).not.toContain("extra");
    expect(screen.getByText(/Not saved yet/)).toBeTruthy();
    await user.type(field("Extra"), "]");
    expect(text()).toContain("extra: [1, 2]");
  });
});

describe("the form", () => {
  it("takes a value back to its default, and back again", async () => {
    open();
    await user.click(screen.getByRole("button", { name: "Back to default: Chunk size" }));
    expect(text()).not.toMatch(/^chunk_size/m);
    expect(field("Chunk size").getAttribute("placeholder")).toBe("400");
    await user.click(screen.getByRole("button", { name: "Undo" }));
    expect(text()).toBe(START);
  });

  it("waits where the text is no YAML, and says at which line", () => {
    open(`${START}broken: [1\n`);
    expect(screen.getByText(/The form waits: line \d+ of the text/)).toBeTruthy();
    expect((field("Chunk size") as HTMLInputElement).disabled).toBe(true);
  });

  it("shows mistakes at their field, also those deep inside", () => {
    const mistake = { key: "inputs.0.limit", line: 8, message: "wants a whole number", file: "" };
    open(`${START}inputs:\n  - path: a\n    limit: q\n`, { mistakes: [mistake] });
    const wrong = field("Limit");
    expect(wrong.getAttribute("aria-invalid")).toBe("true");
    const described = (wrong.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "");
    expect(described.join(" ")).toContain("wants a whole number");
  });

  it("finds settings by their words, and shows only those that are set", async () => {
    open();
    await user.type(screen.getByLabelText("Find a setting"), "longest chunk");
    await waitFor(() => expect(screen.queryByLabelText("About")).toBeNull());
    expect(field("Chunk size")).toBeTruthy();
    await user.clear(screen.getByLabelText("Find a setting"));
    await user.click(screen.getByLabelText("Only what is set"));
    await waitFor(() => expect(screen.queryByLabelText("Holdout")).toBeNull());
    expect(field("About")).toBeTruthy();
  });

  it("goes to a field that is folded away, and puts the focus there", async () => {
    open(`${START}small_model:\n  name: x\n  sampling:\n    temperature: 1\n`, { goTo: "small_model.sampling.temperature" });
    await waitFor(() => expect(document.activeElement).toBe(field("Temperature")));
  });
});
