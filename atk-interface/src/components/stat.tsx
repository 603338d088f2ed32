import type { ReactNode } from "react";

/** One figure with its name. Its place is kept while it changes. */
export const Stat = ({ label, value, note }: { label: string; value: ReactNode; note?: ReactNode }) => (
  <div className="min-w-0">
    <dt className="text-sm text-soft">{label}</dt>
    <dd className="text-xl leading-snug font-semibold tabular-nums">{value}</dd>
    {note !== undefined && <dd className="min-h-5 text-sm text-soft tabular-nums">{note}</dd>}
  </div>
);

/** A row of figures. */
export const Stats = ({ children }: { children: ReactNode }) => <dl className="grid grid-cols-[repeat(auto-fill,minmax(8rem,1fr))] gap-x-6 gap-y-4">{children}</dl>;
