import clsx from "clsx";
import type { ReactNode } from "react";
import { NavLink } from "react-router";

export interface TabLink {
  to: string;
  label: string;
  /** Behind the label: how many there are. */
  badge?: ReactNode;
  /** Only this very address, not those below it. */
  end?: boolean;
}

/** Parts of a page that have an address of their own, so that they can be kept, shared and gone back to. */
export const TabLinks = ({ tabs, label }: { tabs: TabLink[]; label: string }) => (
  <nav data-quiet aria-label={label} className="-mx-1 flex gap-1 overflow-x-auto border-b border-line px-1">
    {tabs.map(({ to, label: name, badge, end = false }) => (
      <NavLink
        key={to}
        to={to}
        end={end}
        className={({ isActive }) =>
          clsx("-mb-px flex items-center gap-1.5 border-b-2 px-3 py-2 whitespace-nowrap transition", isActive ? "border-hue font-semibold" : "border-transparent text-soft hover:text-text")
        }
      >
        {name}
        {badge !== undefined && badge}
      </NavLink>
    ))}
  </nav>
);
