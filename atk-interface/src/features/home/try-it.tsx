import { Sparkles } from "lucide-react";
import { useNavigate } from "react-router";
import { useStartRun } from "@/api/runs";
import { Button, ButtonLink } from "@/components/button";
import { ProblemNote } from "@/components/problem-note";
import { TRY_IT, useTried } from "@/features/home/trial";

/** The whole product in one press: the sample documents, the offline model, no key and nothing to pay. */
export function TryIt() {
  const navigate = useNavigate();
  const start = useStartRun();
  const tried = useTried();
  const press = () => start.mutate(TRY_IT, { onSuccess: (run) => void navigate(`/runs/${run.id}`) });

  return (
    <section data-quiet aria-label="Try it" className="flex flex-col gap-4 rounded-3xl border border-line bg-panel p-6 shadow-card sm:p-8">
      <div className="flex flex-wrap items-center gap-x-8 gap-y-5">
        <div className="min-w-0 flex-1 basis-80">
          <p className="text-lg text-pretty">
            See it once from beginning to end: twelve sample documents about a lighthouse become questions, answers and conversations, checked against their source.
          </p>
          <p className="mt-1 text-soft">Takes seconds. No key, no network, nothing to pay: a rule-based stand-in answers in place of a model.</p>
        </div>
        <div className="flex flex-col items-stretch gap-2">
          <Button variant={tried ? "quiet" : "primary"} size="large" icon={<Sparkles aria-hidden className="size-5" />} busy={start.isPending} onClick={press} className={tried ? "" : "animate-glow"}>
            {tried ? "Try it again" : "Try it"}
          </Button>
          {tried && (
            <ButtonLink variant="primary" to={`/runs/${tried.id}/samples`}>
              Look at what it made
            </ButtonLink>
          )}
        </div>
      </div>
      {start.error && <ProblemNote title="It could not be started" error={start.error} onRetry={press} />}
    </section>
  );
}
