import { useEffect, useLayoutEffect, useRef, type KeyboardEvent } from "react";
import { ArrowDown } from "lucide-react";
import { Button } from "@/components/button";
import { ProblemNote } from "@/components/problem-note";
import type { LinePages } from "@/features/log/line-pages";
import { LogLine } from "@/features/log/log-line";
import { anchorOf, scrollHeight, windowOf } from "@/features/log/strip";
import type { Scrolling } from "@/features/log/use-strip";
import { count, counted } from "@/lib/format";

const OVER = 8;

interface LogViewProps {
  pages: LinePages;
  /** That of `pages`: when it changes, other lines are there. */
  version: number;
  scrolling: Scrolling;
  search: string;
  ignoreCase: boolean;
  wrap: boolean;
  /** The match that is stood on. */
  current: number | undefined;
}

/** The log as it is read: only the lines in sight are on the page, however many there are. */
export function LogView({ pages, version, scrolling, search, ignoreCase, wrap, current }: LogViewProps) {
  const { strip, place, follows, fresh, scroller, onScroll, goTo, goToEnd } = scrolling;
  const { first, last, shift } = windowOf(strip, place, OVER);
  const numbers = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  useEffect(() => pages.want(first, last), [pages, first, last, strip.total]);

  const digits = count(strip.total).length;

  const rows = useRef<HTMLDivElement>(null);
  const anchor = anchorOf(strip, place);
  useLayoutEffect(() => {
    if (!rows.current) return;
    const node = wrap ? rows.current.querySelector<HTMLElement>(`[data-line="${anchor.line}"]`) : null;
    const y = node ? anchor.y - node.offsetTop - anchor.share * node.offsetHeight : shift;
    rows.current.style.transform = `translateY(${y}px)`;
  }, [wrap, anchor.line, anchor.share, anchor.y, shift, version]);

  // The browser's own Home and End would be steps of the scaled scroll bar.
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    if (event.key === "End") goToEnd();
    else goTo(0);
  };

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {pages.problem !== undefined && <ProblemNote error={pages.problem} title="Some lines could not be read" onRetry={() => pages.retry()} />}
      {/* Keyboards must be able to scroll it; new lines are not read out, since a busy log would never fall silent. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label={`Log, ${counted(strip.total, "line")}`}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={press}
        className="min-h-0 flex-1 overflow-auto font-mono text-[13px] leading-5 [overflow-anchor:none]"
      >
        <div style={{ height: scrollHeight(strip) }} className={wrap ? "w-full" : "w-max min-w-full"}>
          {/* Stays in sight while the strip scrolls beneath it; only its content moves. */}
          <div className="sticky top-0 overflow-x-visible overflow-y-clip" style={{ height: Math.min(strip.viewport, scrollHeight(strip)) }}>
            <div ref={rows} className="relative">
              {numbers.map((number) => (
                <LogLine key={number} number={number} text={pages.line(number)} search={search} ignoreCase={ignoreCase} current={number === current} wrap={wrap} height={strip.lineHeight} digits={digits} />
              ))}
            </div>
          </div>
        </div>
      </div>
      {!follows && (
        <Button size="small" variant={fresh > 0 ? "primary" : "quiet"} icon={<ArrowDown aria-hidden className="size-4" />} onClick={goToEnd} className="absolute right-5 bottom-4 shadow-card">
          {fresh > 0 ? counted(fresh, "new line") : "To the end"}
        </Button>
      )}
    </div>
  );
}
