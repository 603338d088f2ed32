import { useInfiniteQuery } from "@tanstack/react-query";
import { runsQuery, type RunStart } from "@/api/runs";
import type { Run } from "@/api/schema";

const NAME = "try-it";
const FOLDER = `outputs/${NAME}`;

/** What *Try it* starts: the pipeline's own config, in a folder of its own, whatever that config may say of models. */
export const TRY_IT: RunStart = {
  pipeline: "factual-gen-indiv-pipeline",
  name: NAME,
  overrides: { input_dir: "inputs/sample", output_dir: FOLDER, small_model: "offline", large_model: "offline" },
};

/** The run of *Try it*, once it has been completed. */
export const useTried = (): Run | undefined =>
  useInfiniteQuery(runsQuery({ states: ["completed"], text: FOLDER }, 10)).data?.pages[0]?.items.find(({ folder }) => folder === FOLDER);
