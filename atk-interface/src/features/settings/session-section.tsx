import { useQuery } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import { sessionQuery, useLogout } from "@/api/session";
import { Button } from "@/components/button";
import { Panel } from "@/components/panel";
import { toastProblem } from "@/components/toasts";

export function SessionSection() {
  const { data } = useQuery(sessionQuery);
  const logout = useLogout();
  if (!data?.needs_token) {
    return (
      <Panel title="Session">
        <p className="max-w-prose text-soft">This service listens on this machine only and asks for no token, so there is nobody to sign out. On a network it asks for one.</p>
      </Panel>
    );
  }
  return (
    <Panel title="Session">
      <div className="flex flex-wrap items-center gap-3">
        <p className="max-w-prose flex-1 basis-60 text-soft">You are signed in with the service's token. Runs go on when you sign out.</p>
        <Button icon={<LogOut aria-hidden className="size-4" />} busy={logout.isPending} onClick={() => logout.mutate(undefined, { onError: (error) => toastProblem("You are still signed in", error) })}>
          Sign out
        </Button>
      </div>
    </Panel>
  );
}
