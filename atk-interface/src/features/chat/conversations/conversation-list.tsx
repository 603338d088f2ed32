import { useInfiniteQuery } from "@tanstack/react-query";
import { ChevronDown, Plus } from "lucide-react";
import clsx from "clsx";
import { useState, type MouseEvent } from "react";
import { useNavigate } from "react-router";
import { chatsQuery } from "@/api/chats";
import type { ChatHead } from "@/api/schema";
import { Button, ButtonLink } from "@/components/button";
import { Loaded } from "@/components/loading";
import { SearchInput } from "@/components/search-input";
import { ShowMore } from "@/components/show-more";
import { ConversationRow } from "@/features/chat/conversations/conversation-row";
import { targetNames } from "@/features/chat/targets/target-name";
import { counted } from "@/lib/format";
import { useShortcuts } from "@/lib/shortcuts";
import { hasWords } from "@/lib/words";

const SEARCHED_FROM = 8;

const holds = ({ title, targets }: ChatHead, text: string): boolean => hasWords(`${title} ${targetNames(targets)}`, text);

/** All conversations, those talked in last first. On a narrow screen it is folded until it is wanted. */
export function ConversationList({ current }: { current: string }) {
  const query = useInfiniteQuery(chatsQuery);
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState("");
  useShortcuts("Chat", [{ keys: "n", label: "New conversation", run: () => void navigate("/chat") }]);
  const total = query.data?.pages[0]?.total ?? 0;
  const foldBehindLink = ({ target }: MouseEvent) => {
    if (target instanceof Element && target.closest("a")) setOpen(false);
  };
  return (
    <nav data-quiet aria-label="Conversations" className="flex min-w-0 flex-col gap-2 lg:sticky lg:top-4 lg:max-h-[calc(100dvh-2rem)] lg:self-start">
      <div className="flex gap-2">
        <ButtonLink to="/chat" icon={<Plus aria-hidden className="size-4" />} className="flex-1">
          New conversation
        </ButtonLink>
        <Button aria-expanded={isOpen} icon={<ChevronDown aria-hidden className={clsx("size-4 transition", isOpen && "rotate-180")} />} onClick={() => setOpen(!isOpen)} className="lg:hidden">
          All {total}
        </Button>
      </div>
      <div className={clsx("min-h-0 flex-col gap-2 overflow-y-auto rounded-2xl border border-line bg-panel p-2", isOpen ? "flex max-h-96 lg:max-h-none" : "hidden lg:flex")}>
        {total >= SEARCHED_FROM && <SearchInput aria-label="Find a conversation" placeholder="Find by title or model" value={text} onChange={setText} className="shrink-0" />}
        <Loaded query={query}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            const found = items.filter((item) => holds(item, text));
            return (
              <>
                <ul className="flex flex-col gap-0.5" onClickCapture={foldBehindLink}>
                  {found.map((item) => (
                    <ConversationRow key={item.id} chat={item} isCurrent={item.id === current} />
                  ))}
                </ul>
                {total === 0 && <p className="px-2 py-3 text-sm text-soft">Conversations are kept here, with the service, until you delete them.</p>}
                {total > 0 && found.length === 0 && <p className="px-2 py-3 text-sm text-soft">None of the {counted(items.length, "newest conversation")} holds this.</p>}
                <ShowMore query={query} className="p-1">
                  Older ones
                </ShowMore>
              </>
            );
          }}
        </Loaded>
      </div>
    </nav>
  );
}
