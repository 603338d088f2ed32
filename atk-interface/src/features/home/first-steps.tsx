import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { Check } from "lucide-react";
import { Link } from "react-router";
import { configFolderQuery } from "@/api/configs";
import { folderQuery } from "@/api/files";
import { providersQuery } from "@/api/providers";
import { runsQuery } from "@/api/runs";
import { nextStep, stepsOf, type Step } from "@/features/home/steps";

/** The way from here to a dataset of one's own: what is done is ticked off, and the next step glows. */
export function FirstSteps() {
  const runs = useInfiniteQuery(runsQuery({ sort: "ended" }, 50)).data?.pages[0];
  const inputs = useInfiniteQuery(folderQuery("inputs", "")).data?.pages[0];
  const configs = useInfiniteQuery(configFolderQuery("")).data?.pages[0];
  const providers = useQuery(providersQuery).data;
  if (!runs || !inputs || !configs || !providers) return null;

  const steps = stepsOf({ runs: runs.items, inputs: inputs.items, configs: configs.items, providers: providers.items });
  const next = nextStep(steps);
  if (!next) return null;
  return (
    <section aria-labelledby="steps" className="flex flex-col gap-3">
      <h2 data-quiet id="steps" className="text-xl font-semibold">
        From your documents to your data
      </h2>
      <ol className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
        {steps.map((step, index) => (
          <li key={step.name}>
            <StepCard step={step} number={index + 1} isNext={step === next} />
          </li>
        ))}
      </ol>
    </section>
  );
}

const StepCard = ({ step: { name, detail, to, done }, number, isNext }: { step: Step; number: number; isNext: boolean }) => (
  <Link
    data-quiet
    to={to}
    aria-current={isNext ? "step" : undefined}
    className={clsx(
      "flex h-full gap-3 rounded-2xl border bg-panel p-4 transition hover:border-edge",
      isNext ? "animate-glow border-ember" : "border-line",
    )}
  >
    <span className={clsx("flex size-7 shrink-0 items-center justify-center rounded-full font-semibold", done ? "bg-good text-on-state" : isNext ? "bg-ember text-on-ember" : "bg-raised text-soft")}>
      {done ? <Check aria-label="Done" className="size-4" /> : number}
    </span>
    <span className="min-w-0">
      <span className="block font-semibold">{name}</span>
      <span className="block text-sm text-soft">{detail}</span>
    </span>
  </Link>
);
