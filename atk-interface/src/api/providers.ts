import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import type { ProviderWish, TestAddress, TestProvider } from "@/api/schema";

/** Where models answer: those built in, then a person's own. */
export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: ({ signal }) => answer(service.GET("/api/settings/providers", { signal })),
  staleTime: 30_000,
});

export function useKeepProvider() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, wish }: { name: string; wish: ProviderWish }) => answer(service.PUT("/api/settings/providers/{name}", { params: { path: { name } }, body: wish })),
    onSettled: () => client.invalidateQueries({ queryKey: ["providers"] }),
  });
}

export function useDeleteProvider() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => answer(service.DELETE("/api/settings/providers/{name}", { params: { path: { name } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["providers"] }),
  });
}

/** Ask an endpoint for its models, with its key. What is wrong comes in the answer, in words; it takes 15 s at most. */
export const useConnectionTest = () =>
  useMutation({ mutationFn: (wish: TestProvider | TestAddress) => answer(service.POST("/api/settings/connection-test", { body: wish })) });
