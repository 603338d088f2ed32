import clsx from "clsx";
import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useDeleteChat } from "@/api/chats";
import type { ChatHead } from "@/api/schema";
import { IconButton } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Menu } from "@/components/menu";
import { TimeAgo } from "@/components/time-ago";
import { stopTurn } from "@/features/chat/asking/live-answers";
import { RenameDialog } from "@/features/chat/conversations/rename-dialog";
import { targetNames } from "@/features/chat/targets/target-name";

/** A conversation in the list: what it is about, with whom, when. */
export function ConversationRow({ chat, isCurrent }: { chat: ChatHead; isCurrent: boolean }) {
  const [dialog, setDialog] = useState<"" | "rename" | "delete">("");
  const navigate = useNavigate();
  const forget = useDeleteChat();
  const title = chat.title || "Without a title";
  const remove = async () => {
    stopTurn(chat.id);
    await forget.mutateAsync(chat.id);
    if (isCurrent) await navigate("/chat");
  };
  return (
    <li className={clsx("group flex items-center rounded-lg transition", isCurrent ? "bg-raised" : "hover:bg-raised")}>
      <Link to={`/chat/${chat.id}`} aria-current={isCurrent ? "page" : undefined} className="min-w-0 flex-1 rounded-lg px-2.5 py-1.5">
        <span className={clsx("block truncate", isCurrent && "font-semibold")}>{title}</span>
        <span className="block truncate text-sm text-soft">
          <TimeAgo at={chat.changed} /> · {targetNames(chat.targets)}
        </span>
      </Link>
      <Menu
        items={[
          { label: "Rename", icon: <Pencil aria-hidden className="size-4" />, onSelect: () => setDialog("rename") },
          { label: "Delete", icon: <Trash2 aria-hidden className="size-4" />, danger: true, onSelect: () => setDialog("delete") },
        ]}
      >
        <IconButton label={`More about ${title}`} className="lg:opacity-0 lg:group-focus-within:opacity-100 lg:group-hover:opacity-100 lg:aria-expanded:opacity-100">
          <Ellipsis aria-hidden className="size-4" />
        </IconButton>
      </Menu>
      {dialog === "rename" && <RenameDialog chat={chat} onClose={() => setDialog("")} />}
      <Confirm open={dialog === "delete"} onOpenChange={() => setDialog("")} title="Delete this conversation?" action="Delete conversation" onConfirm={remove}>
        “{title}” goes for good, earlier versions too. Corrections that came of it stay.
      </Confirm>
    </li>
  );
}
