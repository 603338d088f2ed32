import clsx from "clsx";
import { CircleAlert, CircleDashed, Eye, TriangleAlert, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/button";
import { Panel } from "@/components/panel";
import { counted } from "@/lib/format";
import type { Todo } from "@/features/configs/document/todo";

const LOOKS: Record<Todo["kind"], { icon: LucideIcon; tone: string; word: string }> = {
  "fill-in": { icon: CircleDashed, tone: "text-ember", word: "Fill in" },
  mistake: { icon: CircleAlert, tone: "text-bad", word: "Mistake" },
  look: { icon: Eye, tone: "text-info", word: "Look at" },
  warning: { icon: TriangleAlert, tone: "text-warn", word: "Warning" },
};
const FIRST = 6;

/** Everything that is to be filled in, mended or looked at; each a button that goes there. */
export function TodoList({ todos, onGo }: { todos: readonly Todo[]; onGo: (todo: Todo) => void }) {
  const [all, setAll] = useState(false);
  if (todos.length === 0) return null;
  const open = todos.filter(({ kind }) => kind === "fill-in").length;
  const shown = all ? todos : todos.slice(0, FIRST);
  return (
    <Panel title={titleOf(todos)} lead={open > 0 ? "Press one to go there. It goes from this list when it is done; Run turns green when nothing is left that stops it." : undefined}>
      <ul className="grid gap-x-4 gap-y-1 xl:grid-cols-2">
        {shown.map((todo, index) => (
          <li key={`${todo.kind} ${todo.key} ${todo.line} ${index}`}>
            <TodoButton todo={todo} onGo={onGo} glows={index === 0 && todo.kind === "fill-in"} />
          </li>
        ))}
      </ul>
      {todos.length > FIRST && (
        <Button size="small" variant="plain" className="mt-2" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${todos.length}`}
        </Button>
      )}
    </Panel>
  );
}

function TodoButton({ todo, onGo, glows }: { todo: Todo; onGo: (todo: Todo) => void; glows: boolean }) {
  const { icon: Icon, tone, word } = LOOKS[todo.kind];
  return (
    <button type="button" onClick={() => onGo(todo)} className={clsx("flex w-full min-w-0 items-baseline gap-2 rounded-lg px-2 py-1.5 text-left hover:bg-raised max-sm:flex-wrap", glows && "animate-glow")}>
      <Icon aria-hidden className={clsx("size-4 relative top-0.5 shrink-0", tone)} />
      <span className={clsx("shrink-0 text-sm font-semibold", tone)}>{word}</span>
      <span className="min-w-0 flex-1 break-words max-sm:order-last max-sm:basis-full">
        {todo.key && <code className="font-mono text-sm">{todo.key}</code>}
        {todo.message && <span className="text-sm text-soft"> {withoutKey(todo)}</span>}
      </span>
      {todo.line > 0 && <span className="ml-auto shrink-0 text-sm text-soft tabular-nums">line {todo.line}</span>}
    </button>
  );
}

/** The key stands before the message already. */
const withoutKey = ({ key, message }: Todo): string => (key && message.startsWith(`${key} `) ? message.slice(key.length + 1) : message);

/** "3 things to fill in, 1 mistake". */
export function titleOf(todos: readonly Todo[]): string {
  const many = (kind: Todo["kind"], one: string, several?: string): string => {
    const found = todos.filter((todo) => todo.kind === kind).length;
    return found > 0 ? counted(found, one, several) : "";
  };
  return [many("fill-in", "thing to fill in", "things to fill in"), many("mistake", "mistake"), many("look", "thing to look at", "things to look at"), many("warning", "warning")].filter(Boolean).join(", ");
}
