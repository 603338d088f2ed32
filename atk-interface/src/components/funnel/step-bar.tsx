import clsx from "clsx";
import type { CSSProperties } from "react";
import type { FunnelStep } from "@/components/funnel/funnel-model";

/** Each outcome has a pattern of its own: colour is not needed to tell them apart. */
const PATTERNS: Record<"kept" | "dropped" | "failed", { className: string; style?: CSSProperties }> = {
  kept: { className: "bg-hue" },
  dropped: {
    className: "text-warn",
    style: { backgroundImage: "repeating-linear-gradient(135deg, currentColor 0 2px, transparent 2px 6px)", boxShadow: "inset 0 0 0 1px currentColor" },
  },
  failed: {
    className: "text-bad",
    style: {
      backgroundImage:
        "repeating-linear-gradient(45deg, currentColor 0 2px, transparent 2px 5px), repeating-linear-gradient(135deg, currentColor 0 2px, transparent 2px 5px)",
      boxShadow: "inset 0 0 0 1px currentColor",
    },
  },
};

export type Outcome = keyof typeof PATTERNS;

/** What is shown for an outcome, for the bars and for their legend. */
export const Pattern = ({ outcome, className, width }: { outcome: Outcome; className?: string; width?: string }) => (
  <span
    aria-hidden
    className={clsx("block h-full shrink-0 transition-[width] duration-500", PATTERNS[outcome].className, className)}
    style={{ ...PATTERNS[outcome].style, ...(width && { width, minWidth: 3 }) }}
  />
);

/** The records of a step as a bar: as long as there are records, and split in their true shares. */
export function StepBar({ step }: { step: FunnelStep }) {
  const { shares, width } = step;
  return (
    <span aria-hidden className="block h-4 w-full rounded-sm bg-raised">
      <span className={clsx("flex h-full overflow-hidden rounded-sm transition-[width] duration-500", width > 0 && "border border-edge/40")} style={{ width: percentOf(width) }}>
        {(["kept", "dropped", "failed"] as const).map((outcome) => shares[outcome] > 0 && <Pattern key={outcome} outcome={outcome} width={percentOf(shares[outcome])} />)}
      </span>
    </span>
  );
}

const percentOf = (share: number): string => `${(share * 100).toFixed(2)}%`;
