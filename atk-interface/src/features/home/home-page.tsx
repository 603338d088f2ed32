import { ActiveRunCards } from "@/features/home/active-run-cards";
import { FirstSteps } from "@/features/home/first-steps";
import { RecentRuns } from "@/features/home/recent-runs";
import { TryIt } from "@/features/home/try-it";
import { PipelineCards } from "@/components/pipeline-cards";
import { Page } from "@/components/page";

/** Where everybody begins: one button that shows it all, what goes on, and what to do next. */
export const Component = () => (
  <Page title="Home" heading="Documents in, training data out." lead="Every row made here can be traced to the sentence it rests on, and nothing is paid for twice.">
    <TryIt />
    <ActiveRunCards />
    <FirstSteps />
    <RecentRuns />
    <section aria-labelledby="pipelines" className="flex flex-col gap-3">
      <h2 data-quiet id="pipelines" className="text-xl font-semibold">
        What can be made
      </h2>
      <PipelineCards />
    </section>
  </Page>
);
