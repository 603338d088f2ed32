import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { chatQuery, useKeepChat } from "@/api/chats";
import type { ChatHead } from "@/api/schema";
import { Field, TextInput } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";

/** Another title for a conversation. */
export function RenameDialog({ chat, onClose }: { chat: ChatHead; onClose: () => void }) {
  const [title, setTitle] = useState(chat.title);
  const client = useQueryClient();
  const keep = useKeepChat(chat.id);
  const submit = async () => {
    const { targets, sampling } = await client.query(chatQuery(chat.id));
    await keep.mutateAsync({ title: title.trim(), targets, sampling });
  };
  return (
    <FormDialog title="Rename conversation" action="Rename" onSubmit={submit} onClose={onClose}>
      <Field label="Title" hint="Empty: the first question.">
        {(ties) => <TextInput {...ties} value={title} maxLength={500} autoComplete="off" onChange={(event) => setTitle(event.target.value)} />}
      </Field>
    </FormDialog>
  );
}
