import clsx from "clsx";

interface ProgressLineProps {
  done: number;
  /** Null where nobody knows how many there will be. */
  total: number | null;
  label: string;
  /** False for what waits or has ended: without a total, nothing is shown of it then. */
  goesOn?: boolean;
  className?: string;
}

/** How far something is, as a thin line in the pipeline's colour. Without a total it shows only that something goes on. */
export function ProgressLine({ done, total, label, goesOn = true, className }: ProgressLineProps) {
  const share = total ? Math.min(1, done / total) : goesOn ? undefined : 0;
  return (
    <span
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(share !== undefined && { "aria-valuenow": Math.floor(share * 100) })}
      className={clsx("mt-2 block h-1.5 overflow-hidden rounded-full bg-raised", className)}
    >
      <span className={clsx("block h-full rounded-full bg-hue transition-[width]", share === undefined && "animate-pulse")} style={{ width: `${(share ?? 0.3) * 100}%` }} />
    </span>
  );
}
