import type { SecretEntry } from "@/api/schema";
import { Button } from "@/components/button";
import { CopyButton } from "@/components/copy-button";
import { TimeAgo } from "@/components/time-ago";

interface SecretRowProps {
  secret: SecretEntry;
  /** Providers that take their key from it. */
  users: string[];
  onReplace: () => void;
  onDelete: () => void;
}

export const SecretRow = ({ secret: { name, reference, changed, overridden_by }, users, onReplace, onDelete }: SecretRowProps) => (
  <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line py-2.5 first:border-t-0">
    <div className="min-w-0 flex-1 basis-60">
      <p className="flex items-center gap-1">
        <code className="min-w-0 truncate font-mono text-sm">{reference}</code>
        <CopyButton text={reference} label={`Copy ${reference}`} />
      </p>
      <p className="text-sm text-soft">
        Saved <TimeAgo at={changed} />
        {users.length > 0 && ` · used by ${users.join(", ")}`}
      </p>
      {overridden_by && (
        <p className="text-sm text-warn">
          The variable <code className="font-mono text-xs">{overridden_by}</code> is set and goes before it.
        </p>
      )}
    </div>
    <Button size="small" aria-label={`Replace ${name}`} onClick={onReplace}>
      Replace
    </Button>
    <Button size="small" variant="danger" aria-label={`Delete ${name}`} onClick={onDelete}>
      Delete
    </Button>
  </li>
);
