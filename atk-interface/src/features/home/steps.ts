import type { Entry, ProviderEntry, Run, TreeEntry } from "@/api/schema";

export interface Step {
  name: string;
  detail: string;
  to: string;
  done: boolean;
}

/** What comes with the product: neither is a document of one's own. */
const SHIPPED_INPUTS = ["sample", "general"];

interface Found {
  runs: Pick<Run, "state" | "config_file">[];
  inputs: Pick<Entry, "name">[];
  configs: Pick<TreeEntry, "name">[];
  providers: Pick<ProviderEntry, "built_in" | "has_key" | "local">[];
}

/** The steps to a dataset of one's own. Whether one is done is read off what is there, not kept anywhere. */
export const stepsOf = ({ runs, inputs, configs, providers }: Found): Step[] => [
  {
    name: "Bring documents",
    detail: "Drop files or a whole folder: PDF, Word, EPUB, HTML, text, code.",
    to: "/inputs",
    done: inputs.some(({ name }) => !SHIPPED_INPUTS.includes(name)),
  },
  {
    name: "Choose a model",
    detail: "A provider and its key, or a server of your own; tested before you rely on it.",
    to: "/settings#providers",
    done: providers.some(({ built_in, has_key, local }) => !built_in || (has_key && !local)),
  },
  {
    name: "Write a config",
    detail: "A form and its YAML side by side, checked while you type.",
    to: "/configs",
    done: configs.length > 0,
  },
  {
    name: "Preview, then run",
    detail: "Look at five records before you pay for all of them.",
    to: "/configs",
    done: runs.some(({ state, config_file }) => state === "completed" && config_file !== ""),
  },
];

/** The first step that is still to be done; none when all are. */
export const nextStep = (steps: readonly Step[]): Step | undefined => steps.find(({ done }) => !done);
