import { lazy, Suspense } from "react";
import { Skeleton } from "@/components/loading";

export interface DifferenceProps {
  before: string;
  after: string;
  /** What each side is, such as "Saved" and "Now". */
  beforeName: string;
  afterName: string;
}

const DifferenceView = lazy(() => import("@/components/editor/difference-view"));

/** Two texts, and what of them differs. */
export const Difference = (props: DifferenceProps) => (
  <Suspense fallback={<Skeleton className="h-64" />}>
    <DifferenceView {...props} />
  </Suspense>
);
