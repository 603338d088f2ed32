import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import type { ModelKind } from "@/api/schema";
import { nameOf } from "@/lib/paths";

const PAGE = 50;

/** All models below outputs/ and models/, the newest first. */
export const modelsQuery = (kind?: ModelKind) =>
  infiniteQueryOptions({
    queryKey: ["models", "list", kind ?? ""],
    queryFn: ({ pageParam, signal }) => answer(service.GET("/api/models", { params: { query: { kind: kind ? [kind] : null, cursor: pageParam, limit: PAGE } }, signal })),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => (next ? Number(next) : undefined),
    refetchInterval: 15_000,
  });

/** One model: how it was trained, how good it is, what was made of it. */
export const modelQuery = (path: string) =>
  queryOptions({
    queryKey: ["models", "one", path],
    queryFn: ({ signal }) => answer(service.GET("/api/models/details", { params: { query: { path } }, signal })),
    refetchInterval: ({ state }) => (state.data?.evaluations.length === 0 ? 15_000 : false), // its evaluation may be going on
  });

/** Delete a model for good. Nothing more is asked of it: its page may still be open. */
export function useDeleteModel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (path: string) => answer(service.DELETE("/api/models", { params: { query: { path, name: nameOf(path) } } })),
    onSuccess: (_, path) => client.invalidateQueries({ queryKey: ["models"], predicate: ({ queryKey }) => !queryKey.includes(path) }),
  });
}
