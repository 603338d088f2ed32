import clsx from "clsx";
import { CircleHelp, Menu as MenuIcon, Search } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Link, NavLink } from "react-router";
import { ActiveRuns } from "@/app/active-runs";
import { PLACES } from "@/app/places";
import { IconButton } from "@/components/button";
import { Kbd } from "@/components/kbd";

const Drawer = lazy(() => import("@/app/drawer"));

export interface NavigationProps {
  onPalette: () => void;
  onHelp: () => void;
}

/** The way home. */
export const Name = () => (
  <Link to="/" className="flex items-center gap-2.5 rounded-lg text-lg font-bold tracking-tight">
    <img src="/icon.svg" alt="" className="size-8" />
    Augmentoolkit
  </Link>
);

/** The parts of the app. */
export const Places = ({ onGo }: { onGo?: () => void }) => (
  <nav aria-label="Parts of the app">
    <ul className="flex flex-col gap-0.5">
      {PLACES.map(({ to, name, icon: Icon }) => (
        <li key={to}>
          <NavLink
            to={to}
            end={to === "/"}
            {...(onGo && { onClick: onGo })}
            className={({ isActive }) =>
              clsx("flex h-10 items-center gap-3 rounded-lg px-3 transition", isActive ? "bg-raised font-semibold text-text" : "text-soft hover:bg-raised hover:text-text")
            }
          >
            <Icon aria-hidden className="size-4.5" />
            {name}
          </NavLink>
        </li>
      ))}
    </ul>
  </nav>
);

/** Ways to anything, and to help. */
export const Finder = ({ onPalette, onHelp }: NavigationProps) => (
  <div className="flex items-center gap-1">
    <PaletteButton onPalette={onPalette} />
    <IconButton label="Keys and help" onClick={onHelp}>
      <CircleHelp aria-hidden className="size-4.5" />
    </IconButton>
  </div>
);

const PaletteButton = ({ onPalette }: { onPalette: () => void }) => (
  <button type="button" onClick={onPalette} className="flex h-9 min-w-0 flex-1 items-center gap-2 rounded-lg border border-line px-3 text-sm text-soft transition hover:border-edge">
    <Search aria-hidden className="size-4" />
    <span className="flex-1 text-left whitespace-nowrap">Go to …</span>
    <Kbd keys="mod+k" />
  </button>
);

/** At the left of wide screens. */
export const SideBar = (actions: NavigationProps) => (
  <aside data-quiet className="sticky top-0 hidden h-dvh w-60 shrink-0 flex-col gap-5 border-r border-line bg-panel p-4 lg:flex">
    <Name />
    <Finder {...actions} />
    <Places />
    <div className="min-h-0 flex-1 overflow-y-auto">
      <ActiveRuns />
    </div>
  </aside>
);

/** At the top of narrow screens; the same is in a drawer. */
export function TopBar(actions: NavigationProps) {
  const [open, setOpen] = useState(false);
  return (
    <header data-quiet className="sticky top-0 z-30 flex items-center gap-2 border-b border-line bg-panel px-3 py-2 lg:hidden">
      <IconButton label="Menu" aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(true)}>
        <MenuIcon aria-hidden className="size-5" />
      </IconButton>
      <Name />
      <Suspense>{open && <Drawer {...actions} onClose={() => setOpen(false)} />}</Suspense>
    </header>
  );
}
