import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { Outlet, ScrollRestoration } from "react-router";
import { sessionQuery } from "@/api/session";
import { ConditionBanner } from "@/app/condition-banner";
import { LoginPage } from "@/app/login-page";
import { SideBar, TopBar } from "@/app/navigation";
import { PageAnnouncer } from "@/app/page-announcer";
import { useAppShortcuts } from "@/app/shortcuts";
import { Toasts } from "@/components/toasts";

const Background = lazy(() => import("@/app/background"));
const Palette = lazy(() => import("@/features/palette/palette"));
const Help = lazy(() => import("@/features/help/help"));
const UploadPanel = lazy(() => import("@/features/files/uploads/upload-panel"));

/** What is around every page. */
export function Shell() {
  const [open, setOpen] = useState<"" | "palette" | "help">("");
  const session = useQuery(sessionQuery);
  useAppShortcuts({ openPalette: () => setOpen("palette"), openHelp: () => setOpen("help") });

  if (session.data?.needs_token && !session.data.signed_in) return <LoginPage />;
  const openPalette = () => setOpen("palette");
  const openHelp = () => setOpen("help");
  return (
    <>
      <a href="#main" className="sr-only z-50 rounded-lg bg-ember px-4 py-2 text-on-ember focus:not-sr-only focus:fixed focus:top-2 focus:left-2">
        Skip to the page
      </a>
      <Suspense>
        <Background />
      </Suspense>
      <div className="relative flex min-h-dvh flex-col lg:flex-row">
        <SideBar onPalette={openPalette} onHelp={openHelp} />
        <TopBar onPalette={openPalette} onHelp={openHelp} />
        <div className="flex min-w-0 flex-1 flex-col">
          <ConditionBanner />
          <main id="main" tabIndex={-1} className="flex flex-1 flex-col outline-none">
            <Outlet />
          </main>
        </div>
      </div>
      <Suspense>
        <UploadPanel />
      </Suspense>
      <Toasts />
      <PageAnnouncer />
      <ScrollRestoration />
      <Suspense>
        {open === "palette" && <Palette onClose={() => setOpen("")} onHelp={openHelp} />}
        {open === "help" && <Help onClose={() => setOpen("")} />}
      </Suspense>
    </>
  );
}
