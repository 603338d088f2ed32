import { ThumbsDown, ThumbsUp } from "lucide-react";
import { useState } from "react";
import { useRate } from "@/api/chats";
import type { Message } from "@/api/schema";
import { IconButton } from "@/components/button";
import { toastProblem } from "@/components/toasts";
import { RateDownDialog } from "@/features/chat/thread/rate-down-dialog";

interface RateButtonsProps {
  chat: string;
  number: number;
  message: Message;
}

/** What an answer is worth. A thumb down asks what should have been said. */
export function RateButtons({ chat, number, message: { rating, content } }: RateButtonsProps) {
  const [asking, setAsking] = useState(false);
  const rate = useRate(chat);
  const send = (next: "up" | null) => rate.mutate({ number, rating: next, note: "" }, { onError: (error) => toastProblem("The rating could not be kept", error) });
  return (
    <>
      <IconButton label="Good answer" aria-pressed={rating === "up"} disabled={rate.isPending} onClick={() => send(rating === "up" ? null : "up")} className="aria-pressed:text-good">
        <ThumbsUp aria-hidden className="size-4" fill={rating === "up" ? "currentColor" : "none"} />
      </IconButton>
      <IconButton
        label="Bad answer"
        aria-pressed={rating === "down"}
        disabled={rate.isPending}
        onClick={() => (rating === "down" ? send(null) : setAsking(true))}
        className="aria-pressed:text-bad"
      >
        <ThumbsDown aria-hidden className="size-4" fill={rating === "down" ? "currentColor" : "none"} />
      </IconButton>
      {asking && <RateDownDialog chat={chat} number={number} content={content} onClose={() => setAsking(false)} />}
    </>
  );
}
