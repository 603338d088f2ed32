import { useEffect } from "react";
import { useRouteError } from "react-router";
import { useCondition } from "@/api/health";
import { messageOf } from "@/api/problems";
import { Button, ButtonLink } from "@/components/button";
import { Page } from "@/components/page";

/** A page that could not be drawn. The service and its runs are not touched by it. */
export function CrashPage() {
  const error = useRouteError();
  const outdated = /dynamically imported module|Importing a module|Failed to fetch|Unable to preload/i.test(messageOf(error));
  useReload(outdated);
  return (
    <Page
      title={outdated ? "This page is from an older version" : "This page cannot be shown"}
      lead={outdated ? "The service has been updated since it was opened, or it does not answer. Load it again." : "Runs go on; only this page has a fault. Loading it again often helps."}
    >
      {!outdated && <pre className="overflow-auto rounded-lg border border-line bg-panel p-3 font-mono text-sm">{messageOf(error)}</pre>}
      <div className="flex gap-2">
        <Button variant="primary" onClick={() => location.reload()}>
          Load again
        </Button>
        <ButtonLink to="/" reloadDocument>
          Home
        </ButtonLink>
      </div>
    </Page>
  );
}

const AGAIN_AFTER_MS = 20_000;
const RELOADED = "atk.reloaded";

/** Load the page again by itself once the service answers; not again and again, should that not help. */
function useReload(wanted: boolean): void {
  const { state } = useCondition();
  useEffect(() => {
    if (!wanted || state !== "ready") return;
    const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
    if (Date.now() - last < AGAIN_AFTER_MS) return;
    sessionStorage.setItem(RELOADED, String(Date.now()));
    location.reload();
  }, [wanted, state]);
}

/** An address that leads nowhere. */
export const NotFoundPage = () => (
  <Page title="There is no such page" lead="The address may have a typing mistake, or what it led to has been deleted.">
    <div>
      <ButtonLink to="/" variant="primary">
        Home
      </ButtonLink>
    </div>
  </Page>
);
