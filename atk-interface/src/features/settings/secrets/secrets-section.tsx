import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { providersQuery } from "@/api/providers";
import { secretsQuery, useDeleteSecret } from "@/api/secrets";
import { Button } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Loaded, Skeleton } from "@/components/loading";
import { Panel } from "@/components/panel";
import { SecretDialog } from "@/features/settings/secrets/secret-dialog";
import { SecretRow } from "@/features/settings/secrets/secret-row";

type Question = { about: "add" } | { about: "replace" | "delete"; name: string } | undefined;

export function SecretsSection() {
  const secrets = useQuery(secretsQuery);
  const providers = useQuery(providersQuery);
  const remove = useDeleteSecret();
  const [question, setQuestion] = useState<Question>();
  const close = (open: boolean) => open || setQuestion(undefined);
  const usersOf = (secret: string) => providers.data?.items.filter((provider) => provider.secret === secret).map(({ name }) => name) ?? [];

  return (
    <Panel
      title="Secrets"
      lead="Keys that configs and providers name instead of holding them. A value can be saved, replaced and deleted, but never read."
      actions={
        <Button size="small" icon={<Plus aria-hidden className="size-4" />} onClick={() => setQuestion({ about: "add" })}>
          Add a secret
        </Button>
      }
    >
      <Loaded query={secrets} placeholder={<Skeleton className="h-24" />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-soft">None yet. Models on this machine and the offline model need none.</p>
          ) : (
            <ul>
              {items.map((secret) => (
                <SecretRow
                  key={secret.name}
                  secret={secret}
                  users={usersOf(secret.name)}
                  onReplace={() => setQuestion({ about: "replace", name: secret.name })}
                  onDelete={() => setQuestion({ about: "delete", name: secret.name })}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      {question?.about === "add" && <SecretDialog onOpenChange={close} />}
      {question?.about === "replace" && <SecretDialog name={question.name} replaces onOpenChange={close} />}
      {question?.about === "delete" && (
        <Confirm open onOpenChange={close} title={`Delete the secret ${question.name}?`} action="Delete secret" onConfirm={() => remove.mutateAsync(question.name)}>
          Configs that write <code className="font-mono">secret://{question.name}</code> cannot run any more
          {usersOf(question.name).length > 0 && `, and ${usersOf(question.name).join(", ")} will have no key from here`}. Runs that go on are not disturbed.
        </Confirm>
      )}
    </Panel>
  );
}
