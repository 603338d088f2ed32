import { queryOptions } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import type { RunStart } from "@/api/runs";

const PIPELINE = "factual-gen-indiv-pipeline";
const NAME = "try-it";

/** What *Try it* starts: the pipeline's own config, in a folder of its own, whatever that config may say of models. */
export const TRY_IT: RunStart = {
  pipeline: PIPELINE,
  name: NAME,
  overrides: { input_dir: "inputs/sample", output_dir: `outputs/${NAME}`, small_model: "offline", large_model: "offline" },
};

/** The run of *Try it*, once it has been completed. */
export const triedQuery = queryOptions({
  queryKey: ["runs", "tried"],
  queryFn: async ({ signal }) => {
    const found = await answer(service.GET("/api/runs", { params: { query: { state: ["completed"], text: `outputs/${NAME}`, limit: 10 } }, signal }));
    return found.items.find(({ folder }) => folder === `outputs/${NAME}`) ?? null;
  },
});
