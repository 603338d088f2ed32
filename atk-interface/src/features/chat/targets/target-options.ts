import type { ChatTarget } from "@/api/chats";
import type { ProviderEntry, Served } from "@/api/schema";
import { targetKey, targetName } from "@/features/chat/targets/target-name";

export interface TargetOption {
  key: string;
  label: string;
  target: ChatTarget;
}

export interface TargetGroup {
  name: string;
  options: TargetOption[];
}

const option = (target: ChatTarget, label = targetName(target)): TargetOption => ({ key: targetKey(target), label, target });

/** The models of a server. One that lies in this project goes by its path, which stays when its server is started anew. */
function modelsOf({ run, models, paths, answers }: Served): TargetOption[] {
  return models.map((model, place) => {
    const path = models.length === paths.length ? (paths[place] ?? "") : "";
    const target: ChatTarget = /^(outputs|models)\//.test(path) ? { kind: "model", path } : { kind: "served", run: run.id, model };
    return option(target, answers ? targetName(target) : `${targetName(target)} (does not answer)`);
  });
}

/** Whom one can talk to; `chosen` is there even when it answers no more, so that a conversation says what it was with. */
export function targetGroups(servers: readonly Served[], providers: readonly ProviderEntry[], chosen: ChatTarget): TargetGroup[] {
  const usable = providers.filter(({ has_key, local, secret }) => has_key || local || secret === "");
  const groups = [
    { name: "On this machine", options: servers.flatMap(modelsOf) },
    { name: "Providers", options: usable.map(({ name }) => option({ kind: "provider", model: `${name}:` }, name)) },
    { name: "To try things out", options: [option({ kind: "offline" }, "Offline model (rules, no model)")] },
  ];
  const isThere = groups.some(({ options }) => options.some(({ key }) => key === targetKey(chosen)));
  if (!isThere) groups.unshift({ name: "Chosen", options: [option(chosen)] });
  return groups.filter(({ options }) => options.length > 0);
}
