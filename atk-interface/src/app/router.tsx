import { createBrowserRouter, type RouteObject } from "react-router";
import { CrashPage, NotFoundPage } from "@/app/crash-page";
import { Shell } from "@/app/shell";
import { Waiting } from "@/app/waiting";

/** Every page is a chunk of its own, brought when it is first gone to. */
const pages: RouteObject[] = [
  { index: true, lazy: () => import("@/features/home/home-page") },
  { path: "pipelines", lazy: () => import("@/features/pipelines/pipelines-page") },
  { path: "pipelines/:name", lazy: () => import("@/features/pipelines/pipeline-page") },
  { path: "configs", lazy: () => import("@/features/configs/tree-page") },
  { path: "configs/*", lazy: () => import("@/features/configs/config-page") },
  { path: "runs", lazy: () => import("@/features/runs/runs-page") },
  {
    path: "runs/:id",
    lazy: () => import("@/features/runs/run-page"),
    children: [
      { index: true, lazy: () => import("@/features/runs/overview/overview-tab") },
      { path: "training", lazy: () => import("@/features/training/training-tab") },
      { path: "samples", lazy: () => import("@/features/review/samples-tab") },
      { path: "failed", lazy: () => import("@/features/failed/failed-tab") },
      { path: "log", lazy: () => import("@/features/log/log-tab") },
      { path: "config", lazy: () => import("@/features/runs/config-tab") },
      { path: "files", lazy: () => import("@/features/files/run-files-tab") },
    ],
  },
  { path: "compare", lazy: () => import("@/features/compare/compare-page") },
  { path: "compare/evaluations", lazy: () => import("@/features/models/comparison/comparison-page") },
  { path: "inputs/*", lazy: () => import("@/features/files/inputs-page") },
  { path: "outputs/*", lazy: () => import("@/features/files/outputs-page") },
  { path: "datasets", lazy: () => import("@/features/datasets/datasets-page") },
  { path: "datasets/:run/*", lazy: () => import("@/features/datasets/dataset-page") },
  { path: "models", lazy: () => import("@/features/models/models-page") },
  { path: "models/*", lazy: () => import("@/features/models/model-page") },
  { path: "chat", lazy: () => import("@/features/chat/chat-page") },
  { path: "chat/:id", lazy: () => import("@/features/chat/chat-page") },
  { path: "settings", lazy: () => import("@/features/settings/settings-page") },
  { path: "*", Component: NotFoundPage },
];

export const router = createBrowserRouter([
  {
    Component: Shell,
    ErrorBoundary: CrashPage,
    HydrateFallback: Waiting,
    children: [{ ErrorBoundary: CrashPage, children: pages }],
  },
]);
