import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import type { Chat, ChatHead, ChatWish, Message, Rate } from "@/api/schema";

/** Whom a question goes to. */
export type ChatTarget = ChatHead["targets"][number];

const at = (chat: string) => ({ chat_id: chat });

/** Conversations, those talked in last first. */
export const chatsQuery = infiniteQueryOptions({
  queryKey: ["chats", "list"],
  queryFn: ({ pageParam, signal }) => answer(service.GET("/api/chats", { params: { query: { cursor: pageParam, limit: 50 } }, signal })),
  initialPageParam: 0,
  getNextPageParam: ({ next }) => (next ? Number(next) : null),
});

export const chatQuery = (id: string) =>
  queryOptions({
    queryKey: ["chats", "one", id],
    queryFn: ({ signal }) => answer(service.GET("/api/chats/{chat_id}", { params: { path: at(id) }, signal })),
    enabled: id !== "",
    staleTime: 30_000,
  });

/** What the service keeps of a conversation now; its place in the list has changed too. */
function remember(client: QueryClient, chat: Chat): Chat {
  client.setQueryData(chatQuery(chat.id).queryKey, chat);
  void client.invalidateQueries({ queryKey: chatsQuery.queryKey });
  return chat;
}

/** Begin a conversation under an id of one's own, or change its title, targets or settings. */
export async function keepChat(client: QueryClient, id: string, wish: ChatWish): Promise<Chat> {
  return remember(client, await answer(service.PUT("/api/chats/{chat_id}", { params: { path: at(id) }, body: wish })));
}

/**
 * Add messages from a number on, in the place of the one with that number and all behind it.
 * The page sees the last state only: between two of them, answers that are moved along would be missing.
 */
export async function keepMessages(client: QueryClient, id: string, from: number, messages: readonly Message[]): Promise<Chat | undefined> {
  let chat: Chat | undefined;
  try {
    for (const [place, message] of messages.entries()) {
      chat = await answer(service.PUT("/api/chats/{chat_id}/messages/{number}", { params: { path: { ...at(id), number: from + place } }, body: message }));
    }
  } catch (error) {
    void client.invalidateQueries({ queryKey: chatQuery(id).queryKey });
    throw error;
  }
  return chat && remember(client, chat);
}

/** The same when the page is about to go: sent, and nobody waits for what comes back. At most 64 KB, says the browser. */
export function leaveMessage(id: string, number: number, message: Message): void {
  void service.PUT("/api/chats/{chat_id}/messages/{number}", { params: { path: { ...at(id), number } }, body: message, keepalive: true }).catch(() => undefined);
}

export function useKeepChat(id: string) {
  const client = useQueryClient();
  return useMutation({ mutationFn: (wish: ChatWish) => keepChat(client, id, wish) });
}

export function useDeleteChat() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => answer(service.DELETE("/api/chats/{chat_id}", { params: { path: at(id) } })),
    onSuccess: (_, id) => client.removeQueries({ queryKey: chatQuery(id).queryKey }),
    onSettled: () => client.invalidateQueries({ queryKey: chatsQuery.queryKey }),
  });
}

/** Say what an answer is worth. One that is rated down becomes a correction; taken back, an untouched one goes again. */
export function useRate(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ number, ...rate }: Rate & { number: number }) =>
      answer(service.POST("/api/chats/{chat_id}/messages/{number}/rating", { params: { path: { ...at(id), number } }, body: rate })),
    onSuccess: (chat) => client.setQueryData(chatQuery(id).queryKey, chat),
    onSettled: () => client.invalidateQueries({ queryKey: ["corrections"] }),
  });
}
