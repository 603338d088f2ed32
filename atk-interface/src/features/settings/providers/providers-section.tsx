import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { providersQuery, useDeleteProvider } from "@/api/providers";
import type { ProviderEntry } from "@/api/schema";
import { secretsQuery } from "@/api/secrets";
import { Button } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Loaded, Skeleton } from "@/components/loading";
import { Panel } from "@/components/panel";
import { ProviderDialog } from "@/features/settings/providers/provider-dialog";
import { ProviderRow } from "@/features/settings/providers/provider-row";
import { SecretDialog } from "@/features/settings/secrets/secret-dialog";

type Question = { about: "add" } | { about: "edit" | "remove"; provider: ProviderEntry } | { about: "key"; secret: string } | undefined;

export function ProvidersSection() {
  const providers = useQuery(providersQuery);
  const secrets = useQuery(secretsQuery);
  const remove = useDeleteProvider();
  const [question, setQuestion] = useState<Question>();
  const close = (open: boolean) => open || setQuestion(undefined);

  return (
    <Panel
      title="Providers"
      lead="Where models answer. Configs write provider:model, such as openai:gpt-5-mini."
      actions={
        <Button size="small" icon={<Plus aria-hidden className="size-4" />} onClick={() => setQuestion({ about: "add" })}>
          Add a provider
        </Button>
      }
    >
      <Loaded query={providers} placeholder={<Skeleton className="h-[58rem]" />}>
        {({ items }) => (
          <ul>
            {items.map((provider) => (
              <ProviderRow
                key={provider.name}
                provider={provider}
                saved={secrets.data?.items.find(({ name }) => name === provider.secret)}
                onAddKey={() => setQuestion({ about: "key", secret: provider.secret })}
                onEdit={() => setQuestion({ about: "edit", provider })}
                onRemove={() => setQuestion({ about: "remove", provider })}
              />
            ))}
          </ul>
        )}
      </Loaded>
      {(question?.about === "add" || question?.about === "edit") && (
        <ProviderDialog {...(question.about === "edit" && { provider: question.provider })} taken={providers.data?.items.map(({ name }) => name) ?? []} secrets={secrets.data?.items.map(({ name }) => name) ?? []} onOpenChange={close} />
      )}
      {question?.about === "key" && <SecretDialog name={question.secret} onOpenChange={close} />}
      {question?.about === "remove" && (
        <Confirm open onOpenChange={close} title={`Remove ${question.provider.name}?`} action="Remove provider" onConfirm={() => remove.mutateAsync(question.provider.name)}>
          Configs that write <code className="font-mono">{question.provider.name}:</code> cannot run any more. Its key stays among the secrets.
        </Confirm>
      )}
    </Panel>
  );
}
