import { lazy, Suspense } from "react";
import type { YamlEditorProps } from "@/components/editor/types";
import { Skeleton } from "@/components/loading";

const YamlView = lazy(() => import("@/components/editor/yaml-view"));

/** A YAML text to edit. Its code is a chunk of its own, brought when it is first shown. */
export const YamlEditor = (props: YamlEditorProps) => (
  <Suspense fallback={<Skeleton className="h-full min-h-96" />}>
    <YamlView {...props} />
  </Suspense>
);
