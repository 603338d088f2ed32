import { useRouteError } from "react-router";
import { messageOf } from "@/api/problems";
import { Button, ButtonLink } from "@/components/button";
import { Page } from "@/components/page";

/** A page that could not be drawn. The service and its runs are not touched by it. */
export function CrashPage() {
  const error = useRouteError();
  const outdated = /dynamically imported module|Importing a module|Failed to fetch/i.test(messageOf(error));
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
