import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ArrowLeftRight, GitCompare } from "lucide-react";
import { Link } from "react-router";
import { evaluationComparisonQuery, evaluationsQuery } from "@/api/evaluations";
import type { EvaluationComparison, EvaluationDetails } from "@/api/schema";
import { Button, ButtonLink } from "@/components/button";
import { Empty } from "@/components/empty";
import { Loaded, Skeleton } from "@/components/loading";
import { Page } from "@/components/page";
import { Panel } from "@/components/panel";
import { ShowMore } from "@/components/show-more";
import { comparedFigures, inShort, onlyIn } from "@/features/models/comparison/compared";
import { ComparedFigures } from "@/features/models/comparison/compared-figures";
import { EvaluationPicker } from "@/features/models/comparison/evaluation-picker";
import { factsIn } from "@/features/models/evaluation-facts";
import { FactList } from "@/features/models/fact-list";
import { addressOf } from "@/features/models/model-words";
import { runIdIn, useAddress } from "@/lib/address";
import { moment } from "@/lib/format";
import { isModelHere, nameOfModel } from "@/lib/paths";

/** Two evaluations side by side: which model is better, in what, and whether that is more than chance. */
export function Component() {
  const [params, change] = useAddress();
  const first = runIdIn(params.get("first"));
  const given = runIdIn(params.get("second"));
  const second = given === first ? "" : given;
  const list = useInfiniteQuery(evaluationsQuery);
  const comparison = useQuery(evaluationComparisonQuery(first, second));
  const evaluations = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Page title="Compare evaluations" above={<Link to="/models">Models</Link>} lead="Which of two models is better, in what, and whether that is more than chance.">
      <Loaded query={list} placeholder={<Skeleton className="h-24" />}>
        {() =>
          evaluations.length < 2 && !second ? (
            <TooFew number={evaluations.length} />
          ) : (
            <Panel>
              <div className="flex flex-wrap items-end gap-3">
                <EvaluationPicker label="First evaluation" chosen={first} other={second} evaluations={evaluations} onChoose={(run) => change({ first: run })} />
                <Button aria-label="Swap the two evaluations" disabled={!first && !second} icon={<ArrowLeftRight aria-hidden className="size-4" />} onClick={() => change({ first: second, second: first })} />
                <EvaluationPicker label="Second evaluation" chosen={second} other={first} evaluations={evaluations} onChoose={(run) => change({ second: run })} />
              </div>
              <ShowMore query={list} className="mt-3">
                Offer older ones too
              </ShowMore>
            </Panel>
          )
        }
      </Loaded>
      {first && second ? (
        <Loaded query={comparison} placeholder={<Skeleton className="h-96" />}>
          {(found) => <Compared comparison={found} />}
        </Loaded>
      ) : (
        evaluations.length >= 2 && (
          <Empty icon={<GitCompare aria-hidden className="size-8" />} title={first || second ? "Choose the other evaluation" : "Choose two evaluations"}>
            Their figures stand beside each other here, with intervals. It tells most where both were asked the same questions.
          </Empty>
        )
      )}
    </Page>
  );
}

function Compared({ comparison }: { comparison: EvaluationComparison }) {
  const { first, second, shared } = comparison;
  const figures = comparedFigures(comparison);
  const names: [string, string] = first.run_name === second.run_name ? ["the first", "the second"] : [first.run_name, second.run_name];
  return (
    <>
      {figures.length === 0 ? (
        <Empty title="They have no figure in common">They were asked different things. Evaluate both models with the same questions and texts.</Empty>
      ) : (
        <Panel title="Figures" lead={inShort(figures, names)}>
          <ComparedFigures figures={figures} names={names} />
          <p className="mt-5 border-t border-line pt-3 text-sm text-soft">
            The models after training are compared. Intervals hold 95 %; that of a difference takes the two for independent (Newcombe, 1998), so it is cautious where both were asked the same questions. For a sharper answer run evaluate-pipeline on one model and name the other in <code>before</code>: then they are compared question by question. Of many figures, one in twenty differs by chance.
          </p>
        </Panel>
      )}
      <div className="grid gap-5 md:grid-cols-2">
        <Side evaluation={first} alone={onlyIn(first, shared)} />
        <Side evaluation={second} alone={onlyIn(second, shared)} />
      </div>
    </>
  );
}

/** What was evaluated, and what only this one has measured. */
function Side({ evaluation, alone }: { evaluation: EvaluationDetails; alone: readonly string[] }) {
  const { run, run_name: name, after, before, created } = evaluation;
  const facts: [string, string][] = [["Trained from", before || "nothing"], ...factsIn(evaluation), ...(alone.length > 0 ? [["Only here", alone.join(", ")] satisfies [string, string]] : [])];
  return (
    <Panel
      title={name}
      lead={
        <Link to={`/runs/${run}`} className="underline underline-offset-4">
          Measured {moment(created)}
        </Link>
      }
    >
      <p>
        {isModelHere(after) ? (
          <Link to={`${addressOf(after)}?${new URLSearchParams({ evaluation: run }).toString()}`} className="font-semibold underline underline-offset-4">
            {nameOfModel(after)}
          </Link>
        ) : (
          <span className="font-semibold">{nameOfModel(after)}</span>
        )}{" "}
        <code className="font-mono text-sm break-all text-soft">{after}</code>
      </p>
      <FactList facts={facts} className="mt-2 text-sm" />
    </Panel>
  );
}

const TooFew = ({ number }: { number: number }) => (
  <Empty
    icon={<GitCompare aria-hidden className="size-8" />}
    title={number === 0 ? "No evaluations yet" : "There is only one evaluation yet"}
    action={
      <ButtonLink to="/pipelines/evaluate-pipeline" variant="primary">
        Evaluate a model
      </ButtonLink>
    }
  >
    Two are compared. Train with <em>Evaluate before and after</em> ticked, or run evaluate-pipeline on another model with the same questions.
  </Empty>
);
