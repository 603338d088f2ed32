import type { ReactNode } from "react";

/** Where nothing is yet: what would be here, and how to get it. */
export const Empty = ({ icon, title, children, action }: { icon?: ReactNode; title: string; children?: ReactNode; action?: ReactNode }) => (
  <div data-quiet className="flex flex-col items-center gap-2 rounded-2xl border border-dashed border-line bg-panel px-6 py-12 text-center">
    {icon && <div className="text-soft">{icon}</div>}
    <p className="text-lg font-semibold">{title}</p>
    {children && <div className="max-w-prose text-soft">{children}</div>}
    {action && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
  </div>
);
