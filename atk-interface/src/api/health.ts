import { queryOptions, useQuery } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import { isUnreachable, ProblemError } from "@/api/problems";

/** How the service is: it can start runs; it answers but something behind it does not; or it does not answer. */
export type Condition = { state: "unknown" | "ready" | "unreachable" } | { state: "limping"; detail: string };

/** Asked for as long as a page is open: this is how it notices that the service has gone, and that it is back. */
const conditionQuery = queryOptions({
  queryKey: ["condition"],
  queryFn: async ({ signal }): Promise<Condition> => {
    try {
      await answer(service.GET("/api/ready", { signal }));
      return { state: "ready" };
    } catch (error) {
      if (isUnreachable(error)) return { state: "unreachable" };
      if (error instanceof ProblemError) return { state: "limping", detail: error.message };
      throw error;
    }
  },
  refetchInterval: ({ state }) => (state.data?.state === "ready" ? 5_000 : 1_000),
  refetchIntervalInBackground: false,
  staleTime: 0,
});

export const useCondition = (): Condition => useQuery(conditionQuery).data ?? { state: "unknown" };
