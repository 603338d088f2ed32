import { useState } from "react";
import { useRate } from "@/api/chats";
import { correctionOf, useDecideCorrection } from "@/api/corrections";
import { Field, TextArea } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";
import { toast } from "@/components/toasts";

interface RateDownDialogProps {
  chat: string;
  number: number;
  /** The answer. */
  content: string;
  onClose: () => void;
}

/** What is wrong with an answer, and what is right: now, or later among the corrections. */
export function RateDownDialog({ chat, number, content, onClose }: RateDownDialogProps) {
  const [note, setNote] = useState("");
  const [corrected, setCorrected] = useState("");
  const rate = useRate(chat);
  const decide = useDecideCorrection();
  const isWritten = corrected.trim() !== "";

  const submit = async () => {
    await rate.mutateAsync({ number, rating: "down", note: note.trim() });
    const correction = isWritten ? await correctionOf(chat, number, content) : undefined;
    if (correction) await decide.mutateAsync({ id: correction.id, state: "accepted", corrected, note: "" });
    toast({ tone: "good", title: correction ? "Corrected: it becomes a row to train on" : "It waits among the corrections", action: { label: "Open Corrections", to: `/chat?view=corrections${correction ? "&state=accepted" : ""}` } });
  };
  return (
    <FormDialog
      title="What should it have said?"
      description="Answers that are corrected can be written out as rows to train on."
      action={isWritten ? "Keep the right answer" : "Correct it later"}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="What is wrong with it" hint="If you like.">
        {(ties) => <TextArea {...ties} rows={2} maxLength={4000} value={note} onChange={(event) => setNote(event.target.value)} />}
      </Field>
      <Field label="The right answer" hint="Empty: write it later, under Corrections.">
        {(ties) => <TextArea {...ties} rows={6} maxLength={200_000} value={corrected} onChange={(event) => setCorrected(event.target.value)} />}
      </Field>
    </FormDialog>
  );
}
