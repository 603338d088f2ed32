import { QueryClient } from "@tanstack/react-query";
import { ProblemError } from "@/api/problems";

/**
 * The cache of what the service said. A request that the service refused is not repeated: it would refuse again.
 * One that never reached it is: the page recovers by itself when the service is back.
 */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        networkMode: "always",
        retry: (failures, error) => failures < 2 && error instanceof ProblemError && error.status === 0,
        retryDelay: 800,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
