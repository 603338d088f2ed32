import { queryOptions } from "@tanstack/react-query";
import { answer, service } from "@/api/client";

/** What the command line runs when it is given nothing else, each entry checked. */
export const orderQuery = queryOptions({
  queryKey: ["order"],
  queryFn: ({ signal }) => answer(service.GET("/api/order", { signal })),
  staleTime: 10_000,
});
