import clsx from "clsx";
import type { ReactNode } from "react";

/** A table that is scrolled sideways where the page is narrow, by keyboard too. */
export const Sideways = ({ label, className, children }: { label: string; className?: string; children: ReactNode }) => (
  // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- whoever has no mouse must be able to scroll it
  <div role="region" aria-label={label} tabIndex={0} className={clsx("overflow-x-auto", className)}>
    {children}
  </div>
);
