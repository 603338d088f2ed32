import { useQueryClient } from "@tanstack/react-query";
import { Unplug } from "lucide-react";
import { useEffect, useRef } from "react";
import { useCondition } from "@/api/health";
import { toast } from "@/components/toasts";

/** Says when the service does not answer or cannot start runs; and when it is back, the page asks for everything anew. */
export function ConditionBanner() {
  const condition = useCondition();
  const client = useQueryClient();
  const wasAway = useRef(false);

  useEffect(() => {
    if (condition.state === "unreachable") wasAway.current = true;
    if (!wasAway.current || condition.state === "unreachable" || condition.state === "unknown") return;
    wasAway.current = false;
    toast({ tone: "good", title: "The service is back", detail: "This page is up to date again." });
    void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "condition" });
  }, [condition.state, client]);

  if (condition.state === "ready" || condition.state === "unknown") return null;
  return (
    <div data-quiet role="alert" className="sticky top-0 z-30 flex items-start gap-3 border-b border-warn bg-panel px-4 py-2.5 sm:px-8">
      <Unplug aria-hidden className="mt-0.5 size-5 shrink-0 text-warn" />
      <p>
        {condition.state === "limping" ? (
          <>
            <strong>Runs cannot start:</strong> {condition.detail}
          </>
        ) : (
          <>
            <strong>The service does not answer.</strong> Is ./start.sh still running? What you see is what was last known; this page tries again by itself.
          </>
        )}
      </p>
    </div>
  );
}
