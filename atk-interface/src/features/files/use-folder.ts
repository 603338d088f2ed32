import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { folderQuery } from "@/api/files";
import { isProblemWith } from "@/api/problems";
import type { Entry } from "@/api/schema";
import type { FolderPlace } from "@/features/files/folder-place";
import { nameOf, parentOf } from "@/lib/paths";

export interface Folder {
  /** As far as they are read. */
  entries: readonly Entry[];
  /** Of the whole folder. */
  total: number;
  pending: boolean;
  error: unknown;
  /** Read on, when there is more. */
  readMore: () => void;
  refetch: () => void;
}

/** The folder at a place. An address that names a file leads to the file in its folder. */
export function useFolder(place: FolderPlace): Folder {
  const { data, error, isPending, hasNextPage, isFetching, fetchNextPage, refetch } = useInfiniteQuery(folderQuery(place.root, place.path, place.hidden));
  const entries = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const total = hasNextPage ? Math.max(data?.pages.at(-1)?.total ?? 0, entries.length) : entries.length;

  const isFile = isProblemWith(error, "not-a-folder") && place.path !== place.top;
  const { path, go } = place;
  useEffect(() => {
    if (isFile) go(parentOf(path), nameOf(path), { replace: true });
    // `go` is made anew with each address, and this is about the one that turned out to be a file.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isFile, path]);

  return {
    entries,
    total,
    pending: isPending || isFile,
    error: isFile ? null : error,
    readMore: () => {
      if (hasNextPage && !isFetching) void fetchNextPage();
    },
    refetch: () => void refetch(),
  };
}
