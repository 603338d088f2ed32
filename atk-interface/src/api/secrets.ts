import { queryOptions, useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { answer, service } from "@/api/client";

/** Names of secrets, and when they were saved. No answer of the service holds a value. */
export const secretsQuery = queryOptions({
  queryKey: ["secrets"],
  queryFn: ({ signal }) => answer(service.GET("/api/settings/secrets", { signal })),
  staleTime: 30_000,
});

/** Whether a provider has its key follows from the secrets. */
const refresh = (client: QueryClient) => Promise.all([client.invalidateQueries({ queryKey: ["secrets"] }), client.invalidateQueries({ queryKey: ["providers"] })]);

/**
 * Saves a secret, instead of an earlier one of that name.
 *
 * No mutation of the query client: that would keep its variables, and so the value, for minutes.
 */
export function useSaveSecret(): (name: string, value: string) => Promise<void> {
  const client = useQueryClient();
  return async (name, value) => {
    await answer(service.PUT("/api/settings/secrets/{name}", { params: { path: { name } }, body: { value } }));
    await refresh(client);
  };
}

export function useDeleteSecret() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => answer(service.DELETE("/api/settings/secrets/{name}", { params: { path: { name } } })),
    onSettled: () => refresh(client),
  });
}
