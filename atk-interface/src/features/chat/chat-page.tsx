import { useQuery } from "@tanstack/react-query";
import { useParams, useSearchParams } from "react-router";
import { chatQuery } from "@/api/chats";
import type { Chat } from "@/api/schema";
import { Gone, isGone } from "@/components/gone";
import { Loaded, Skeleton } from "@/components/loading";
import { Page } from "@/components/page";
import { ChatParts } from "@/features/chat/chat-parts";
import { Conversation } from "@/features/chat/conversation";
import { ConversationList } from "@/features/chat/conversations/conversation-list";
import { CorrectionsView } from "@/features/chat/corrections/corrections-view";
import { NewConversation } from "@/features/chat/new-conversation";

/** Conversations with models, and what came of them: `/chat`, `/chat/ID`, and `/chat?view=corrections`. */
export function Component() {
  const { id = "" } = useParams();
  const [params] = useSearchParams();
  const chat = useQuery(chatQuery(id));
  const isInbox = params.get("view") === "corrections";
  if (!chat.data && isGone(chat.error)) return <Gone noun="conversation" why="It may have been deleted" all={{ to: "/chat", label: "All conversations" }} />;
  const title = isInbox ? "Corrections" : titleOf(chat.data);
  return (
    <Page title={title} full above={<ChatParts isInbox={isInbox} />} heading={<span className="line-clamp-2 break-words">{title}</span>}>
      {isInbox ? (
        <CorrectionsView />
      ) : (
        <div className="grid flex-1 grid-rows-[auto_1fr] gap-5 lg:grid-rows-1 lg:grid-cols-[17rem_minmax(0,1fr)]">
          <ConversationList current={id} />
          <div className="flex min-w-0 flex-col gap-4">
            {id ? (
              <Loaded query={chat} placeholder={<Skeleton className="h-96" />}>
                {(kept) => <Conversation key={id} chat={kept} />}
              </Loaded>
            ) : (
              <NewConversation key={params.get("model") ?? ""} />
            )}
          </div>
        </div>
      )}
    </Page>
  );
}

const titleOf = (chat: Chat | undefined): string => (chat === undefined || chat.title === "" ? "Chat" : chat.title);
