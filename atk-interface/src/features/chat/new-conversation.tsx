import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { MessagesSquare } from "lucide-react";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { chatsQuery, type ChatTarget } from "@/api/chats";
import type { ChatSampling } from "@/api/schema";
import { Panel } from "@/components/panel";
import { beginChat } from "@/features/chat/asking/ask";
import { Composer } from "@/features/chat/composer";
import { SamplingFields } from "@/features/chat/targets/sampling-fields";
import { TargetBar } from "@/features/chat/targets/target-bar";
import { isComplete } from "@/features/chat/targets/target-name";

const noStop = (): void => undefined;

/** Before the first question: whom to ask, and what can be done here. `?model=PATH` chooses a model of this project. */
export function NewConversation() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const last = useInfiniteQuery(chatsQuery).data?.pages[0]?.items[0]?.targets;
  const [chosen, setChosen] = useState<ChatTarget[] | null>(null);
  const [sampling, setSampling] = useState<ChatSampling>({});
  const [instructions, setInstructions] = useState("");

  const path = params.get("model") ?? "";
  const given: ChatTarget[] | undefined = path ? [{ kind: "model", path }] : last;
  const targets = chosen ?? given ?? [{ kind: "offline" }];
  const begin = async (question: string) => {
    const id = await beginChat(client, { targets, sampling }, instructions, question);
    await navigate(`/chat/${id}`);
  };
  return (
    <>
      <Panel>
        <TargetBar targets={targets} disabled={false} onChange={setChosen} />
      </Panel>
      <div data-quiet className="flex flex-1 flex-col items-center justify-center gap-3 rounded-2xl border border-dashed border-line bg-panel px-6 py-12 text-center">
        <MessagesSquare aria-hidden className="size-9 text-hue" />
        <h2 className="text-xl font-semibold">Ask a model what it has learnt</h2>
        <ul className="max-w-prose list-disc space-y-1 pl-5 text-left text-soft">
          <li>Put the same question to two models, and read their answers side by side: before and after training, say.</li>
          <li>Ask again, or change a question: what was said before stays, as “1 of 2”.</li>
          <li>A thumb down opens a correction. Corrections become rows to train on.</li>
        </ul>
      </div>
      <Composer goesOn={false} obstacle={targets.every(isComplete) ? "" : "Name the provider's model first."} onStop={noStop} onAsk={begin}>
        <SamplingFields sampling={sampling} onSampling={setSampling} instructions={instructions} onInstructions={setInstructions} />
      </Composer>
    </>
  );
}
