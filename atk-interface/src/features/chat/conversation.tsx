import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keepChat } from "@/api/chats";
import type { Chat } from "@/api/schema";
import { Panel } from "@/components/panel";
import { toastProblem } from "@/components/toasts";
import { ask, askQuestion, keepAnswer } from "@/features/chat/asking/ask";
import { isGoingOn } from "@/features/chat/asking/live-answer";
import { stopTurn, useLiveTurn } from "@/features/chat/asking/live-answers";
import { instructionsOf } from "@/features/chat/asking/turns";
import { Composer } from "@/features/chat/composer";
import { SamplingFields } from "@/features/chat/targets/sampling-fields";
import { TargetBar } from "@/features/chat/targets/target-bar";
import { isComplete, targetName } from "@/features/chat/targets/target-name";
import { Thread } from "@/features/chat/thread/thread";

/** A conversation that the service keeps. */
export function Conversation({ chat }: { chat: Chat }) {
  const client = useQueryClient();
  const live = useLiveTurn(chat.id);
  // What is chosen counts with the next question; until then the service keeps what the last one went to.
  const [targets, setTargets] = useState(chat.targets);
  const [sampling, setSampling] = useState(chat.sampling);
  const goesOn = live?.answers.some(isGoingOn) ?? false;
  const obstacle = targets.every(isComplete) ? "" : "Name the provider's model first.";

  const chosen = async (): Promise<Chat> => {
    const isSame = JSON.stringify([targets, sampling]) === JSON.stringify([chat.targets, chat.sampling]);
    return isSame ? chat : keepChat(client, chat.id, { title: chat.title, targets, sampling });
  };
  const asked = (title: string, doing: (chat: Chat) => unknown) => {
    if (obstacle) return;
    void chosen()
      .then(doing)
      .catch((error: unknown) => toastProblem(title, error));
  };
  return (
    <>
      <Panel>
        <TargetBar targets={targets} disabled={goesOn} onChange={setTargets} />
      </Panel>
      <Panel className="flex-1">
        <Thread
          chat={chat}
          live={live}
          names={targets.map(targetName)}
          onEdit={(question, text) => asked("The question could not be changed", (now) => askQuestion(client, now, text, question))}
          onRetry={(question, lane) => asked("It could not be asked again", (now) => ask(client, now, question, [lane]))}
          onKeep={(question, lane) => void keepAnswer(client, chat.id, question, lane)}
        />
      </Panel>
      <Composer goesOn={goesOn} obstacle={obstacle} onStop={() => stopTurn(chat.id)} onAsk={async (question) => askQuestion(client, await chosen(), question)}>
        <SamplingFields sampling={sampling} onSampling={setSampling} instructions={instructionsOf(chat.messages)} />
      </Composer>
    </>
  );
}
