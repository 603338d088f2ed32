import clsx from "clsx";
import { memo } from "react";
import { cut } from "@/features/log/matches";
import { levelOf, type Level } from "@/features/log/log-level";
import { count } from "@/lib/format";

const TINTS: Record<Level, string> = {
  bad: "border-bad bg-bad/10 text-bad",
  warn: "border-warn bg-warn/10",
  quiet: "border-transparent text-soft",
  plain: "border-transparent",
};

interface LogLineProps {
  number: number;
  /** Undefined until it has come. */
  text: string | undefined;
  search: string;
  ignoreCase: boolean;
  current: boolean;
  wrap: boolean;
  height: number;
  /** Of the widest line number. */
  digits: number;
}

/** One line, with its number, its level's tint and what is searched for in it. */
export const LogLine = memo(function LogLine({ number, text, search, ignoreCase, current, wrap, height, digits }: LogLineProps) {
  return (
    <div
      data-line={number}
      aria-current={current || undefined}
      className={clsx("flex border-l-3 pr-4", text !== undefined && TINTS[levelOf(text)], current && "outline-2 -outline-offset-2 outline-ember")}
      style={wrap ? { minHeight: height } : { height }}
    >
      <span aria-hidden className="sticky left-0 shrink-0 bg-panel px-2 text-right text-soft tabular-nums select-none" style={{ minWidth: `calc(${digits}ch + 1rem)` }}>
        {count(number + 1)}
      </span>
      <span className={clsx("min-w-0 pl-1", wrap ? "break-all whitespace-pre-wrap" : "whitespace-pre")}>
        {text === undefined ? (
          <span className="text-soft">…</span>
        ) : (
          cut(text, search, ignoreCase).map((part, index) => (index % 2 ? <mark key={index}>{part}</mark> : part))
        )}
      </span>
    </div>
  );
});
