import type { ReactNode } from "react";
import { Button } from "@/components/button";
import { ProblemNote } from "@/components/problem-note";

interface ShowMoreProps {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; isFetchNextPageError: boolean; error: Error | null; fetchNextPage: () => Promise<unknown> };
  className?: string;
  children?: ReactNode;
}

/** Below a list that comes page by page: the next page, and why it did not come. */
export function ShowMore({ query, className, children = "Show more" }: ShowMoreProps) {
  const bring = () => void query.fetchNextPage();
  if (query.isFetchNextPageError) return <ProblemNote error={query.error} title="The next part could not be read" onRetry={bring} />;
  if (!query.hasNextPage) return null;
  return (
    <div className={className}>
      <Button size="small" busy={query.isFetchingNextPage} onClick={bring}>
        {children}
      </Button>
    </div>
  );
}
