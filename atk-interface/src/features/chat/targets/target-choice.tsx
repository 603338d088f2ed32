import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useId } from "react";
import type { ChatTarget } from "@/api/chats";
import { modelsQuery } from "@/api/models";
import { useConnectionTest, providersQuery } from "@/api/providers";
import { servedQuery } from "@/api/served";
import { Select, TextInput } from "@/components/field";
import { targetKey } from "@/features/chat/targets/target-name";
import { targetGroups } from "@/features/chat/targets/target-options";

interface TargetChoiceProps {
  label: string;
  target: ChatTarget;
  disabled: boolean;
  onChange: (target: ChatTarget) => void;
}

/** Which model answers: one of this project, a provider's, or the offline stand-in. */
export function TargetChoice({ label, target, disabled, onChange }: TargetChoiceProps) {
  const servers = useQuery(servedQuery).data?.items ?? [];
  const providers = useQuery(providersQuery).data?.items ?? [];
  const models = useInfiniteQuery(modelsQuery()).data?.pages[0]?.items ?? []; // the newest
  const groups = targetGroups({ servers, models, providers }, target);
  const choose = (key: string) => {
    const found = groups.flatMap(({ options }) => options).find((each) => each.key === key);
    if (found && key !== targetKey(target)) onChange(found.target);
  };
  return (
    <div className="flex min-w-0 flex-1 basis-56 flex-wrap gap-2">
      <Select aria-label={label} value={targetKey(target)} disabled={disabled} onChange={(event) => choose(event.target.value)} className="basis-44 flex-1">
        {groups.map(({ name, options }) => (
          <optgroup key={name} label={name}>
            {options.map(({ key, label: words }) => (
              <option key={key} value={key}>
                {words}
              </option>
            ))}
          </optgroup>
        ))}
      </Select>
      {target.kind === "provider" && <ProviderModel key={targetKey(target)} label={label} model={target.model} disabled={disabled} onChange={(model) => onChange({ kind: "provider", model })} />}
    </div>
  );
}

interface ProviderModelProps {
  label: string;
  /** PROVIDER:NAME */
  model: string;
  disabled: boolean;
  onChange: (model: string) => void;
}

/** The name of a provider's model; those that the provider lists are offered once somebody comes here. */
function ProviderModel({ label, model, disabled, onChange }: ProviderModelProps) {
  const list = useId();
  const colon = model.indexOf(":");
  const provider = model.slice(0, colon);
  const test = useConnectionTest();
  const look = () => {
    if (test.isIdle) test.mutate({ provider, model: "" });
  };
  return (
    <>
      <TextInput
        aria-label={`${label}: model of ${provider}`}
        placeholder={`Model of ${provider}, by its name`}
        list={list}
        value={model.slice(colon + 1)}
        disabled={disabled}
        maxLength={250}
        autoComplete="off"
        spellCheck={false}
        onFocus={look}
        onChange={(event) => onChange(`${provider}:${event.target.value.trim()}`)}
        className="basis-44 flex-1"
      />
      <datalist id={list}>
        {test.data?.models?.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {test.data?.ok === false && (
        <p role="status" className="basis-full text-sm text-warn">
          {test.data.problem} {test.data.advice}
        </p>
      )}
    </>
  );
}
