import { infiniteQueryOptions, useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import type { Entry, Upload } from "@/api/schema";
import { isWithin } from "@/lib/paths";

/** The folders of the project that the service shows. */
export type Root = Upload["root"];

const FIRST_PAGE = 200;
const LATER_PAGE = 10_000;
const PREVIEW_PART = 50;

/** A folder, page by page. A long list that somebody has scrolled through is only read anew when something changed in it. */
export const folderQuery = (root: Root, path: string, hidden = false) =>
  infiniteQueryOptions({
    queryKey: ["files", root, "folder", path, hidden],
    queryFn: ({ pageParam, signal }) =>
      answer(
        service.GET("/api/files/{root}", {
          params: { path: { root }, query: { path, hidden, cursor: pageParam, limit: pageParam ? LATER_PAGE : FIRST_PAGE } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 && !state.error ? 10_000 : false),
    refetchOnWindowFocus: ({ state }) => (state.data?.pages.length ?? 0) <= 2,
  });

/** What a file holds, part by part: up to 50 rows, or 50 KB of text. */
export const previewQuery = (root: Root, path: string) =>
  infiniteQueryOptions({
    queryKey: ["files", root, "preview", path],
    queryFn: ({ pageParam, signal }) =>
      answer(service.GET("/api/files/{root}/preview", { params: { path: { root }, query: { path, cursor: pageParam, limit: PREVIEW_PART } }, signal })),
    initialPageParam: "",
    getNextPageParam: (part) => ("next" in part ? (part.next ?? undefined) : undefined),
    enabled: path !== "",
    refetchOnWindowFocus: false,
  });

const address = (root: Root, what: "content" | "archive", query: Record<string, string>): string =>
  `/api/files/${root}/${what}?${new URLSearchParams(query).toString()}`;

/** Where a file can be had. `inline`: the browser shows it, where it may. */
export const contentUrl = (root: Root, path: string, inline = false): string => address(root, "content", { path, ...(inline && { inline: "true" }) });

/** Where a file of a run can be had; `folder` is the run's. Null where the service does not share it. */
export const runFileUrl = (folder: string, file: string): string | null => (folder.startsWith("outputs/") ? contentUrl("outputs", `${folder.slice("outputs/".length)}/${file}`) : null);

/** Where a folder can be had as a zip archive. */
export const archiveUrl = (root: Root, path: string): string => address(root, "archive", { path });

/** What lies in a root may be different now. Nobody is asked for `gone`, an entry that is not there any more. */
export const refreshFiles = (client: QueryClient, root: Root, gone?: string): Promise<void> =>
  client.invalidateQueries({
    queryKey: ["files", root],
    predicate: ({ queryKey: [, , , path] }) => gone === undefined || typeof path !== "string" || !isWithin(path, gone),
  });

/** `goneWith`: the entry that a wish takes from its place. */
function useFileChange<Wish, Done>(root: Root, change: (wish: Wish) => Promise<Done>, goneWith?: (wish: Wish) => string) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSettled: (_, error, wish) => refreshFiles(client, root, error ? undefined : goneWith?.(wish)) });
}

/** Make a folder, and those above it that are missing. */
export const makeFolder = (root: Root, path: string): Promise<Entry> =>
  answer(service.POST("/api/files/{root}/folder", { params: { path: { root } }, body: { path } }));

export const useMakeFolder = (root: Root) => useFileChange(root, (path: string) => makeFolder(root, path));

/** Give an entry another name or place in the same root. */
export const useMoveEntry = (root: Root) =>
  useFileChange(
    root,
    ({ path, to }: { path: string; to: string }) => answer(service.POST("/api/files/{root}/move", { params: { path: { root } }, body: { path, to, overwrite: false } })),
    ({ path }) => path,
  );

export const useDeleteEntry = (root: Root) =>
  useFileChange(
    root,
    (path: string) => answer(service.DELETE("/api/files/{root}", { params: { path: { root }, query: { path } } })),
    (path) => path,
  );
