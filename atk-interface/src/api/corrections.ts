import { infiniteQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import type { Correction, CorrectionState, CorrectionWish, ExportCorrections } from "@/api/schema";

const page = (state: CorrectionState | null, cursor: number, signal?: AbortSignal) =>
  answer(service.GET("/api/corrections", { params: { query: { state, cursor, limit: 20 } }, ...(signal && { signal }) }));

/** Answers that were rated down, the newest first, with how many there are by state. */
export const correctionsQuery = (state: CorrectionState) =>
  infiniteQueryOptions({
    queryKey: ["corrections", state],
    queryFn: ({ pageParam, signal }) => page(state, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => (next ? Number(next) : null),
  });

/** The correction of an answer that was just rated down. */
export async function correctionOf(chat: string, message: number, said: string): Promise<Correction | undefined> {
  const { items } = await page(null, 0);
  return items.find((one) => one.chat === chat && one.message === message && one.answer === said);
}

const refreshing = (client: ReturnType<typeof useQueryClient>) => () => client.invalidateQueries({ queryKey: ["corrections"] });

/** Write what is right, and accept it; put it off; or dismiss it. */
export function useDecideCorrection() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...wish }: CorrectionWish & { id: string }) => answer(service.PUT("/api/corrections/{correction_id}", { params: { path: { correction_id: id } }, body: wish })),
    onSettled: refreshing(client),
  });
}

export function useDeleteCorrection() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => answer(service.DELETE("/api/corrections/{correction_id}", { params: { path: { correction_id: id } } })),
    onSettled: refreshing(client),
  });
}

/** Write the accepted ones to a file below inputs/corrections. */
export function useExportCorrections() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wish: ExportCorrections) => answer(service.POST("/api/corrections/export", { body: wish })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["files"] }),
  });
}
