import { useState } from "react";
import { Link } from "react-router";
import { useDecideCorrection, useDeleteCorrection } from "@/api/corrections";
import type { Correction, CorrectionState } from "@/api/schema";
import { Button } from "@/components/button";
import { Field, TextArea } from "@/components/field";
import { Panel } from "@/components/panel";
import { ProblemNote } from "@/components/problem-note";
import { TimeAgo } from "@/components/time-ago";
import { toast, toastProblem } from "@/components/toasts";
import { Said } from "@/features/chat/corrections/said";

const DONE: Record<CorrectionState, string> = { accepted: "Accepted: it becomes a row", dismissed: "Dismissed", open: "Put back to be corrected" };

/** One answer that was rated down, and the place to write what is right. */
export function CorrectionCard({ correction }: { correction: Correction }) {
  const { id, state, chat, model, messages, answer, note, created } = correction;
  const [corrected, setCorrected] = useState(correction.corrected);
  const decide = useDecideCorrection();
  const forget = useDeleteCorrection();
  const question = messages.at(-1)?.content ?? "";
  const send = (next: CorrectionState) =>
    decide.mutate({ id, state: next, corrected, note: "" }, { onSuccess: () => toast({ tone: "good", title: next === state ? "Saved" : DONE[next], ...(next !== state && { action: { label: "Take back", onPress: () => send(state) } }) }) });
  const isChanged = corrected !== correction.corrected && corrected.trim() !== "";
  return (
    <li>
      <Panel
        title={<span className="line-clamp-2 break-words">{question}</span>}
        lead={
          <>
            {model} · <TimeAgo at={created} /> ·{" "}
            <Link to={`/chat/${chat}`} className="text-ember underline underline-offset-4">
              Conversation
            </Link>
          </>
        }
      >
        <div className="flex flex-col gap-4">
          <Said messages={messages} />
          <div className="grid gap-4 lg:grid-cols-2">
            <div className="flex min-w-0 flex-col gap-1">
              <h3 className="text-sm font-medium">What it said</h3>
              {/* Keyboards must be able to scroll it. */}
              {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
              <p tabIndex={0} className="max-h-80 flex-1 overflow-auto rounded-lg border border-line bg-raised px-3 py-2 whitespace-pre-wrap">
                {answer}
              </p>
              {note && <p className="text-sm text-soft">What is wrong: {note}</p>}
            </div>
            <Field label="What it should have said">
              {(ties) => <TextArea {...ties} maxLength={200_000} value={corrected} onChange={(event) => setCorrected(event.target.value)} className="field-sizing-content max-h-80 min-h-32 flex-1" />}
            </Field>
          </div>
          {decide.error && <ProblemNote error={decide.error} title="This could not be kept" />}
          <footer className="flex flex-wrap items-center gap-2">
            {state !== "accepted" && (
              <Button variant="primary" disabled={corrected.trim() === ""} busy={decide.isPending} onClick={() => send("accepted")}>
                Accept
              </Button>
            )}
            {state !== "dismissed" && <Button onClick={() => send("dismissed")}>Dismiss</Button>}
            {state !== "open" && <Button onClick={() => send("open")}>Put back</Button>}
            {isChanged && (
              <Button variant="plain" onClick={() => send(state)}>
                {state === "accepted" ? "Save the change" : "Save for later"}
              </Button>
            )}
            {corrected === "" && (
              <Button variant="plain" onClick={() => setCorrected(answer)}>
                Begin with its answer
              </Button>
            )}
            {state === "dismissed" && (
              <Button variant="danger" className="ml-auto" busy={forget.isPending} onClick={() => forget.mutate(id, { onError: (error) => toastProblem("It could not be deleted", error) })}>
                Delete
              </Button>
            )}
          </footer>
        </div>
      </Panel>
    </li>
  );
}
