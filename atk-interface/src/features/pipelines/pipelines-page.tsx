import { ButtonLink } from "@/components/button";
import { Page } from "@/components/page";
import { PipelineCards } from "@/components/pipeline-cards";

/** What can be made. */
export const Component = () => (
  <Page
    title="Pipelines"
    lead="Each makes one kind of data. A pipeline is a plain Python function; docs/write-a-pipeline.md shows how to add your own."
    actions={<ButtonLink to="/configs">Your configs</ButtonLink>}
  >
    <PipelineCards />
  </Page>
);
