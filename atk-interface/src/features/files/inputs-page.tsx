import { Page } from "@/components/page";
import { FolderBrowser } from "@/features/files/folder-browser";
import { useRootPlace } from "@/features/files/use-root-place";
import { nameOf } from "@/lib/paths";

export function Component() {
  const place = useRootPlace("inputs", "inputs");
  return (
    <Page title={place.path ? `${nameOf(place.path)} · Inputs` : "Inputs"} heading="Inputs" lead="The documents that your pipelines read. Drop files or whole folders anywhere on this page." full>
      <FolderBrowser place={place} uploads />
    </Page>
  );
}
