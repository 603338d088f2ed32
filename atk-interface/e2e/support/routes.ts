import type { Furnished } from "./furnish";

interface Route {
  name: string;
  path: (there: Furnished) => string;
}

/** Every page there is, with something on it. What goes over all pages, accessibility and screenshots, goes over these. */
export const ROUTES: readonly Route[] = [
  { name: "home", path: () => "/" },
  { name: "pipelines", path: () => "/pipelines" },
  { name: "pipeline", path: () => "/pipelines/factual-gen-indiv-pipeline" },
  { name: "configs", path: () => "/configs" },
  { name: "config", path: ({ config }) => `/configs/${config}` },
  { name: "runs", path: () => "/runs" },
  { name: "run", path: ({ run }) => `/runs/${run}` },
  { name: "run-samples", path: ({ run }) => `/runs/${run}/samples` },
  { name: "run-failed", path: ({ failing }) => `/runs/${failing}/failed` },
  { name: "run-log", path: ({ run }) => `/runs/${run}/log` },
  { name: "run-training", path: ({ training }) => `/runs/${training}/training` },
  { name: "run-config", path: ({ run }) => `/runs/${run}/config` },
  { name: "run-files", path: ({ run }) => `/runs/${run}/files` },
  { name: "compare", path: ({ twins }) => `/compare?first=${twins[0]}&second=${twins[1]}` },
  { name: "inputs", path: () => "/inputs" },
  { name: "outputs", path: () => "/outputs" },
  { name: "datasets", path: () => "/datasets" },
  { name: "dataset", path: ({ run, dataset }) => `/datasets/${run}/${dataset}` },
  { name: "models", path: () => "/models" },
  { name: "model", path: () => "/models/outputs/train/lamp/model" },
  { name: "compare-evaluations", path: ({ evaluations }) => `/compare/evaluations?first=${evaluations[0]}&second=${evaluations[1]}` },
  { name: "chat", path: ({ chat }) => `/chat/${chat}` },
  { name: "new-chat", path: () => "/chat" },
  { name: "corrections", path: () => "/chat?view=corrections" },
  { name: "settings", path: () => "/settings" },
  { name: "not-found", path: () => "/nowhere" },
];
