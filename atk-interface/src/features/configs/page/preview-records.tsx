import { ArrowDown, CircleSlash } from "lucide-react";
import { counted } from "@/lib/format";
import { Disclosure } from "@/features/configs/form/disclosure";
import { asText, changedFields, readPreview, type Fields, type PreviewRecord, type PreviewStep } from "./job-results";

/** Records as they came in, and what each step made of them. */
export function PreviewRecords({ result }: { result: Fields }) {
  const records = readPreview(result);
  return (
    <ol className="flex flex-col gap-3">
      {records.map((record, index) => (
        <li key={record.id}>
          <Disclosure label={record.origin || `Record ${index + 1}`} note={<Outcome record={record} />} startsOpen={index === 0}>
            {() => (
              <ol className="flex flex-col gap-3">
                <li>
                  <p className="text-sm font-semibold text-soft">Came in</p>
                  <Values values={Object.entries(record.before)} />
                </li>
                {record.steps.map((step, at) => (
                  <li key={at}>
                    <Step step={step} />
                  </li>
                ))}
              </ol>
            )}
          </Disclosure>
        </li>
      ))}
    </ol>
  );
}

function Step({ step }: { step: PreviewStep }) {
  const { stage, step: name, dropped, before, after } = step;
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-1.5 text-sm font-semibold text-hue">
        <ArrowDown aria-hidden className="size-4" />
        {name} <span className="font-normal text-soft">in {stage}</span>
        {after.length > 1 && <span className="font-normal text-soft">· became {counted(after.length, "record")}</span>}
      </p>
      {dropped !== null && (
        <p className="flex gap-1.5 text-warn">
          <CircleSlash aria-hidden className="mt-1 size-4 shrink-0" />
          <span>
            <strong className="font-semibold">Dropped:</strong> {dropped}
          </span>
        </p>
      )}
      {after.map((made, index) => (
        <Values key={index} values={changedFields(before, made)} />
      ))}
    </>
  );
}

const Values = ({ values }: { values: [string, unknown][] }) =>
  values.length === 0 ? (
    <p className="text-sm text-soft">Nothing changed.</p>
  ) : (
    <dl className="mt-1 grid gap-x-4 gap-y-1 border-l-2 border-line pl-3 text-sm md:grid-cols-[minmax(6rem,auto)_minmax(0,1fr)]">
      {values.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="font-mono text-xs leading-5 text-soft">{name}</dt>
          {/* Keyboards must be able to scroll it. */}
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <dd tabIndex={0} className="max-h-40 overflow-y-auto break-words whitespace-pre-wrap">
            {asText(value)}
          </dd>
        </div>
      ))}
    </dl>
  );

function Outcome({ record: { steps } }: { record: PreviewRecord }) {
  const dropped = steps.filter((step) => step.dropped !== null).length;
  return (
    <>
      {counted(steps.length, "step")}
      {dropped > 0 && <span className="font-medium text-warn"> · {dropped} dropped</span>}
    </>
  );
}
