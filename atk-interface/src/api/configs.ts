import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import type { TreeEntry } from "@/api/schema";

const folderPage = (folder: string, cursor: string, signal: AbortSignal) =>
  answer(service.GET("/api/configs", { params: { query: { folder, cursor, limit: 200 } }, signal }));

/** A folder of configs, page by page. */
export const configFolderQuery = (folder: string) =>
  infiniteQueryOptions({
    queryKey: ["configs", "folder", folder],
    queryFn: ({ pageParam, signal }) => folderPage(folder, pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });

const MOST_FOUND = 2_000;

export interface AllConfigs {
  configs: TreeEntry[];
  /** There are more than are looked through. */
  cut: boolean;
}

/** Every config in every folder, for searching by name. */
export const allConfigsQuery = queryOptions({
  queryKey: ["configs", "all"],
  queryFn: async ({ signal }): Promise<AllConfigs> => {
    const configs: TreeEntry[] = [];
    const folders = [""];
    for (const folder of folders) {
      let cursor: string | null = "";
      while (cursor !== null) {
        const page = await folderPage(folder, cursor, signal);
        for (const entry of page.items) if (entry.kind === "folder") folders.push(entry.path);
        configs.push(...page.items.filter(({ kind }) => kind === "config"));
        if (configs.length > MOST_FOUND) return { configs: configs.slice(0, MOST_FOUND), cut: true };
        cursor = page.next ?? null;
      }
    }
    return { configs, cut: false };
  },
  staleTime: 10_000,
});

/** A config's text and version, as it is now. It is not asked for again while a page edits it, nor kept for the next page. */
export const configQuery = (path: string) =>
  queryOptions({
    queryKey: ["configs", "content", path],
    queryFn: ({ signal }) => answer(service.GET("/api/configs/content", { params: { query: { path } }, signal })),
    staleTime: Infinity,
    gcTime: 0,
  });

/** What is wrong with a text. Asking about a newer text gives the older request up. */
export const configCheckQuery = (path: string, text: string) =>
  queryOptions({
    queryKey: ["configs", "check", path, text],
    queryFn: ({ signal }) => answer(service.POST("/api/configs/check", { body: { path, text }, signal })),
    placeholderData: keepPreviousData,
    gcTime: 10_000,
  });

/** A change of the folders: they are asked for anew. */
function useTreeChange<Wish, Answer>(change: (wish: Wish) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () =>
      Promise.all([client.invalidateQueries({ queryKey: ["configs", "folder"] }), client.invalidateQueries({ queryKey: ["configs", "all"] }), client.invalidateQueries({ queryKey: ["order"] })]),
  });
}

/** Store a text over the version that was read; `version` null stores a new config. */
export const useSaveConfig = () =>
  useTreeChange(({ path, text, version }: { path: string; text: string; version: string | null }) =>
    answer(service.PUT("/api/configs/content", { body: { path, text, version } })),
  );

export type NewConfig = { path: string; pipeline: string } | { path: string; template: string };

/** A new config: every setting of a pipeline, or a copy of another config. */
export const useNewConfig = () => useTreeChange((wish: NewConfig) => answer(service.POST("/api/configs/new", { body: wish })));

export const useMoveConfig = () =>
  useTreeChange(({ path, to }: { path: string; to: string }) => answer(service.POST("/api/configs/move", { body: { path, to } })));

/** Delete a config if it is still the version that was seen. */
export const useDeleteConfig = () =>
  useTreeChange(({ path, version }: { path: string; version: string }) =>
    answer(service.DELETE("/api/configs/content", { params: { query: { path, version } } })),
  );
