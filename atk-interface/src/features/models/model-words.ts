import type { ModelEntry, ModelKind } from "@/api/schema";
import { compact } from "@/lib/format";
import { encodePath } from "@/lib/paths";

export const KINDS: readonly { kind: ModelKind; word: string; plural: string; about: string }[] = [
  { kind: "full", word: "Model", plural: "Models", about: "a whole model" },
  { kind: "adapter", word: "Adapter", plural: "Adapters", about: "an adapter: it wants its base model" },
  { kind: "gguf", word: "GGUF file", plural: "GGUF files", about: "one file for llama.cpp and Ollama" },
];

export const wordOf = (kind: ModelKind): string => KINDS.find((look) => look.kind === kind)?.word ?? kind;

export const addressOf = (path: string): string => `/models/${encodePath(path)}`;

export const chatWith = (path: string): string => `/chat?${new URLSearchParams({ model: path }).toString()}`;

/** 596049920 -> "596M parameters". */
export const parametersOf = ({ parameters }: Pick<ModelEntry, "parameters">): string => (parameters ? `${compact(parameters)} parameters` : "");
