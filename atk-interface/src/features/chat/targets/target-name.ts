import type { ChatTarget } from "@/api/chats";
import { nameOfModel } from "@/lib/paths";

/** What people call it: the model's name, not its address. */
export function targetName(target: ChatTarget): string {
  switch (target.kind) {
    case "offline":
      return "Offline model";
    case "provider":
      return target.model.slice(target.model.indexOf(":") + 1) || "Model not named yet";
    case "served":
      return target.model || `Server ${target.run.slice(0, 6)}`;
    case "model":
      return nameOfModel(target.path);
  }
}

export const targetNames = (targets: readonly ChatTarget[]): string => targets.map(targetName).join(" and ");

/** The same target is the same choice. */
export function targetKey(target: ChatTarget): string {
  switch (target.kind) {
    case "offline":
      return "offline";
    case "provider":
      return `provider ${target.model.slice(0, target.model.indexOf(":"))}`;
    case "served":
      return `served ${target.run} ${target.model}`;
    case "model":
      return `model ${target.path}`;
  }
}

/** A provider's model needs a name before it can be asked. */
export const isComplete = (target: ChatTarget): boolean => target.kind !== "provider" || /^[^:]+:\S/.test(target.model);
