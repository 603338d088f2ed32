import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { latestRecordsQuery } from "@/api/records";
import type { FinishedInput, StageInfo } from "@/api/schema";
import { CodeBlock } from "@/components/code-block";
import { Select } from "@/components/field";
import { Loaded } from "@/components/loading";
import { Panel } from "@/components/panel";
import { count, counted } from "@/lib/format";

/** What comes out of a run's stages while there is no dataset yet. */
export function LiveRecords({ run, stages, goesOn }: { run: string; stages: StageInfo[]; goesOn: boolean }) {
  const [chosen, setChosen] = useState("");
  const newest = stages.at(-1)?.name ?? "";
  const stage = stages.some(({ name }) => name === chosen) ? chosen : newest;
  const query = useQuery(latestRecordsQuery(run, stage, { live: goesOn, limit: 20 }));
  return (
    <Panel
      title={goesOn ? "Coming out just now" : "What came out of the stages"}
      lead={goesOn ? "There is no dataset yet: it is written at the end, and can be reviewed here then. These are the last records of a stage." : "The run has written no dataset. These are the last records of a stage."}
      actions={
        <Select aria-label="Stage" value={stage} onChange={(event) => setChosen(event.target.value)} className="h-9! w-auto! max-w-full">
          {stages.map(({ name, finished }) => (
            <option key={name} value={name}>
              {name} · {count(finished)} finished
            </option>
          ))}
        </Select>
      }
    >
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-soft">Nothing has come out of this stage yet.</p>
          ) : (
            <ol className="flex flex-col gap-3">
              {items.toReversed().map((input) => (
                <Finished key={input.id} input={input} />
              ))}
            </ol>
          )
        }
      </Loaded>
    </Panel>
  );
}

function Finished({ input: { id, records, passage, dropped = [], failed = [] } }: { input: FinishedInput }) {
  return (
    <li className="rounded-xl border border-line p-3">
      <p className="mb-1 flex flex-wrap gap-x-4 text-sm text-soft tabular-nums">
        <code className="font-mono">{id}</code>
        <span>{counted(records.length, "record")} came out</span>
        {dropped.length > 0 && <span className="text-warn">{count(dropped.length)} dropped</span>}
        {failed.length > 0 && <span className="text-bad">{count(failed.length)} failed</span>}
      </p>
      {passage && <p className="mb-2 line-clamp-3 border-l-3 border-hue pl-3 break-words">{passage}</p>}
      <ul className="text-sm">
        {[...dropped, ...failed].map(({ id: about, step, reason }) => (
          <li key={`${about} ${step}`}>
            {step}: {reason}
          </li>
        ))}
      </ul>
      {records.length > 0 && (
        <details>
          <summary className="text-sm text-soft">{counted(records.length, "record")} as JSON</summary>
          <CodeBlock text={JSON.stringify(records, null, 2)} label="records" />
        </details>
      )}
    </li>
  );
}
