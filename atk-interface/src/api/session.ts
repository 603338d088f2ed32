import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, service } from "@/api/client";

/** Whether this service asks for a token, and whether this browser has shown it. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => answer(service.GET("/api/session", { signal })),
  staleTime: 60_000,
});

/** Show the token once, for a cookie that scripts cannot read. */
export function useLogin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (token: string) => answer(service.POST("/api/session", { body: { token } })),
    onSuccess: () => client.invalidateQueries(),
  });
}

export function useLogout() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => answer(service.DELETE("/api/session")),
    onSuccess: () => client.resetQueries(),
  });
}
