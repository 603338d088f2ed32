import { useQuery } from "@tanstack/react-query";
import { GitCompare } from "lucide-react";
import { Link } from "react-router";
import { evaluationQuery } from "@/api/evaluations";
import { runFileUrl } from "@/api/files";
import type { EvaluationDetails, ModelDetails } from "@/api/schema";
import { ButtonLink } from "@/components/button";
import { Select } from "@/components/field";
import { Loaded, Skeleton } from "@/components/loading";
import { Panel } from "@/components/panel";
import { AnswersPanel } from "@/features/models/answers-panel";
import { FigureBars } from "@/features/models/figure-bars";
import { factsIn } from "@/features/models/evaluation-facts";
import { FactList } from "@/features/models/fact-list";
import { useAddress } from "@/lib/address";
import { moment } from "@/lib/format";
import { nameOfModel } from "@/lib/paths";

/** What evaluations say of a model; with several, one is chosen, the newest first. */
export function EvaluationSection({ model }: { model: ModelDetails }) {
  const [params, change] = useAddress();
  const { evaluations } = model;
  const chosen = evaluations.find(({ run }) => run === params.get("evaluation")) ?? evaluations[0];
  const query = useQuery(evaluationQuery(chosen?.run ?? ""));
  if (!chosen) return <NotEvaluated path={model.path} />;
  return (
    <>
      <Panel
        title="Evaluation"
        lead={`Before: ${chosen.before ? nameOfModel(chosen.before) : "nothing"}. After: ${nameOfModel(chosen.after)}.`}
        actions={
          <>
            {evaluations.length > 1 && (
              <Select aria-label="Which evaluation" className="max-w-64" value={chosen.run} onChange={({ target }) => change({ evaluation: target.value })}>
                {evaluations.map(({ run, run_name: name, created }) => (
                  <option key={run} value={run}>
                    {name}, {moment(created)}
                  </option>
                ))}
              </Select>
            )}
            <ButtonLink to={`/compare/evaluations?first=${chosen.run}`} size="small" icon={<GitCompare aria-hidden className="size-4" />}>
              Compare with …
            </ButtonLink>
          </>
        }
      >
        <Loaded query={query} placeholder={<Skeleton className="h-64" />}>
          {(evaluation) => <Evaluation evaluation={evaluation} />}
        </Loaded>
      </Panel>
      <AnswersPanel key={chosen.run} run={chosen.run} />
    </>
  );
}

function Evaluation({ evaluation }: { evaluation: EvaluationDetails }) {
  const report = evaluation.report ? runFileUrl(evaluation.folder, "report.html") : null;
  const facts = factsIn(evaluation);
  return (
    <div className="flex flex-col gap-5">
      {evaluation.conclusions.length > 0 && (
        <ul className="flex flex-col gap-1">
          {evaluation.conclusions.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      <FigureBars figures={evaluation.figures} />
      {facts.length > 0 && <FactList facts={facts} className="flex flex-col gap-1" />}
      {evaluation.notes.length > 0 && <p className="text-sm text-soft">{evaluation.notes.join(" ")}</p>}
      <p className="flex flex-wrap gap-x-5">
        <Link to={`/runs/${evaluation.run}`} className="underline underline-offset-4">
          The run that measured it
        </Link>
        {report !== null && (
          <a href={report} download className="underline underline-offset-4">
            Download the report
          </a>
        )}
      </p>
    </div>
  );
}

const NotEvaluated = ({ path }: { path: string }) => (
  <Panel title="Evaluation">
    <p className="text-soft">
      Nobody has measured yet what it has learned. Tick <em>Evaluate before and after</em> when you train, or run{" "}
      <Link to="/pipelines/evaluate-pipeline" className="underline underline-offset-4">
        evaluate-pipeline
      </Link>{" "}
      with <code className="font-mono break-all">{path}</code>.
    </p>
  </Panel>
);
