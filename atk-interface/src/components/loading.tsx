import type { UseQueryResult } from "@tanstack/react-query";
import clsx from "clsx";
import type { ReactNode } from "react";
import { ProblemNote } from "@/components/problem-note";

/** Holds the place of what is still to come, so that nothing jumps when it is there. */
export const Skeleton = ({ className }: { className?: string }) => (
  <div data-quiet role="status" aria-label="Loading" className={clsx("animate-pulse rounded-xl bg-raised", className)} />
);

interface LoadedProps<T> {
  query: Pick<UseQueryResult<T>, "data" | "error" | "refetch">;
  /** Of the same size as what will be there. */
  placeholder?: ReactNode;
  children: (data: T) => ReactNode;
}

/** What a query has brought. What was there before stays on the page when asking again did not work. */
export function Loaded<T>({ query, placeholder = <Skeleton className="h-48" />, children }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  return placeholder;
}
