import { useInfiniteQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { answersQuery } from "@/api/evaluations";
import { isProblemWith } from "@/api/problems";
import { Loaded } from "@/components/loading";
import { Panel } from "@/components/panel";
import { ShowMore } from "@/components/show-more";
import { answerOf, type Answer } from "@/features/models/answer-row";

/** What was asked, what is right, and what the models said, side by side. */
export function AnswersPanel({ run }: { run: string }) {
  const query = useInfiniteQuery(answersQuery(run));
  if (isProblemWith(query.error, "no-such-evaluation")) return null; // an evaluation of texts asks nothing
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Panel title="Answers" lead="Question by question, before and after." className="hued">
      <Loaded query={query}>
        {() => (
          <ol className="flex flex-col gap-5">
            {rows.length === 0 && <li className="text-soft">No question was asked.</li>}
            {rows.map(({ value, problem }, index) => {
              const answer = answerOf(value);
              return (
                <li key={index} className="border-t border-line pt-4 first:border-0 first:pt-0">
                  {answer ? <AnswerView answer={answer} /> : <p className="text-bad">This line cannot be shown: {problem || "it is no answer"}</p>}
                </li>
              );
            })}
          </ol>
        )}
      </Loaded>
      <ShowMore query={query} className="mt-4">
        More answers
      </ShowMore>
    </Panel>
  );
}

function AnswerView({ answer: { question, expected, before, after, contaminated } }: { answer: Answer }) {
  const columns = [
    { name: "Expected", text: expected },
    { name: "Before", text: before },
    { name: "After", text: after },
  ].filter(({ text }) => text !== null);
  return (
    <>
      <p className="font-medium break-words">{question}</p>
      {contaminated && (
        <p className="flex items-center gap-1.5 text-sm text-warn">
          <TriangleAlert aria-hidden className="size-4" /> It stands in the training data.
        </p>
      )}
      <dl className="mt-2 grid gap-3 md:grid-cols-3">
        {columns.map(({ name, text }) => (
          <div key={name} className={`min-w-0 rounded-lg px-3 py-2 ${name === "After" ? "bg-hue-soft" : "bg-raised"}`}>
            <dt className="text-sm font-semibold">{name}</dt>
            <dd className="break-words whitespace-pre-wrap">{text === "" ? <span className="text-soft">nothing</span> : text}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
