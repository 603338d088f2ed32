import type { ChatTarget } from "@/api/chats";
import type { ModelEntry, ProviderEntry, Served } from "@/api/schema";
import { targetKey, targetName } from "@/features/chat/targets/target-name";
import { isModelHere } from "@/lib/paths";

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
    const target: ChatTarget = isModelHere(path) ? { kind: "model", path } : { kind: "served", run: run.id, model };
    return option(target, answers ? targetName(target) : `${targetName(target)} (does not answer)`);
  });
}

interface Known {
  servers: readonly Served[];
  /** Of this project, served or not. */
  models: readonly ModelEntry[];
  providers: readonly ProviderEntry[];
}

/** Whom one can talk to; `chosen` is there even when it answers no more, so that a conversation says what it was with. */
export function targetGroups({ servers, models, providers }: Known, chosen: ChatTarget): TargetGroup[] {
  const served = servers.flatMap(({ paths }) => paths);
  const resting = models.filter(({ path }) => !served.includes(path));
  const usable = providers.filter(({ has_key, local, secret }) => has_key || local || secret === "");
  const groups = [
    { name: "On this machine", options: servers.flatMap(modelsOf) },
    { name: "Models here, not served yet", options: resting.map(({ path }) => option({ kind: "model", path })) },
    { name: "Providers", options: usable.map(({ name }) => option({ kind: "provider", model: `${name}:` }, name)) },
    { name: "To try things out", options: [option({ kind: "offline" }, "Offline model (rules, no model)")] },
  ];
  const isThere = groups.some(({ options }) => options.some(({ key }) => key === targetKey(chosen)));
  if (!isThere) groups.unshift({ name: "Chosen", options: [option(chosen)] });
  return groups.filter(({ options }) => options.length > 0);
}
