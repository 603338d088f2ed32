import { useQuery } from "@tanstack/react-query";
import { configQuery, useDeleteConfig } from "@/api/configs";
import { Confirm } from "@/components/confirm";
import { toast } from "@/components/toasts";

/** Deletes the config that is there now: when somebody changes it while this asks, it stays. */
export function DeleteDialog({ path, onClose }: { path: string; onClose: () => void }) {
  const seen = useQuery(configQuery(path));
  const remove = useDeleteConfig();
  const confirm = async () => {
    const stored = seen.data ?? (await seen.refetch({ throwOnError: true })).data;
    if (stored) await remove.mutateAsync({ path, version: stored.version });
    toast({ tone: "good", title: `${path} is deleted` });
  };
  return (
    <Confirm open onOpenChange={onClose} title={`Delete ${path}?`} action="Delete config" onConfirm={confirm}>
      <p>Its text is gone for good. Runs that were made with it keep their own copy, and so does everything they wrote.</p>
    </Confirm>
  );
}
