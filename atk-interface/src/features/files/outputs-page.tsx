import { Page } from "@/components/page";
import { FolderBrowser } from "@/features/files/folder-browser";
import { RunOfFolder } from "@/features/files/run-of-folder";
import { useRootPlace } from "@/features/files/use-root-place";
import { nameOf } from "@/lib/paths";

export function Component() {
  const place = useRootPlace("outputs", "outputs");
  return (
    <Page
      title={place.path ? `${nameOf(place.path)} · Outputs` : "Outputs"}
      heading="Outputs"
      lead="What your runs have made: one folder each, with datasets, reports and everything needed to go on."
      actions={<RunOfFolder folder={place.path} />}
      full
    >
      <FolderBrowser place={place} uploads />
    </Page>
  );
}
