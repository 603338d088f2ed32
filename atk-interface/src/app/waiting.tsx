import { Skeleton } from "@/components/loading";

/** While the first page is on its way. */
export const Waiting = () => (
  <div className="mx-auto max-w-6xl p-8">
    <Skeleton className="h-64" />
  </div>
);
