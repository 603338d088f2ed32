import { Play, SearchX } from "lucide-react";
import { Button, ButtonLink } from "@/components/button";
import { Empty } from "@/components/empty";

/** Before the first run: what a run is, and how to get one. */
export const NoRunsYet = () => (
  <Empty
    icon={<Play aria-hidden className="size-8" />}
    title="No runs yet"
    action={
      <>
        <ButtonLink to="/" variant="primary">
          Try it with sample documents
        </ButtonLink>
        <ButtonLink to="/pipelines">See the pipelines</ButtonLink>
      </>
    }
  >
    A run takes your documents through a pipeline and leaves a dataset. It goes on when this page is closed, can be paused and resumed, and pays for nothing twice. The first one takes less than a minute and costs
    nothing.
  </Empty>
);

/** Runs there are, but none that fits. */
export const NoneFits = ({ onClear }: { onClear: () => void }) => (
  <Empty icon={<SearchX aria-hidden className="size-8" />} title="No run fits" action={<Button onClick={onClear}>Show all runs</Button>}>
    The text is looked for in name, pipeline and folder. States and tag narrow it further.
  </Empty>
);
