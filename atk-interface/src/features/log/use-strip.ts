import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { endOf, isAtEnd, placed, scrolled, topAnchoring, topFor, type Place, type Strip } from "@/features/log/strip";

const RESTING_MS = 150;

export interface Scrolling {
  strip: Strip;
  place: Place;
  follows: boolean;
  /** Lines that have come since one left the end. */
  fresh: number;
  scroller: (element: HTMLDivElement | null) => void;
  onScroll: () => void;
  goTo: (line: number) => void;
  goToEnd: () => void;
}

interface Wish {
  total: number;
  lineHeight: number;
  /** The line to begin with; undefined for the end. */
  begin: number | undefined;
  /** Lines are as high as their text needs. */
  wrap: boolean;
  /** Called when scrolling rests, with the line at the top; undefined at the end. */
  onRest: (line: number | undefined) => void;
}

/** Scrolls a strip of lines of any length, and stays at its end while it grows, until somebody scrolls up. */
export function useStrip({ total, lineHeight, begin, wrap, onRest }: Wish): Scrolling {
  const element = useRef<HTMLDivElement | null>(null);
  const [viewport, setViewport] = useState(0);
  const [place, setPlace] = useState<Place>({ top: 0, at: 0 });
  /** How many lines there were when one left the end; null at the end. */
  const [leftAt, setLeftAt] = useState<number | null>(null);
  const strip: Strip = { total, lineHeight, viewport };
  const latest = useRef({ strip, place, wrap, onRest });
  useLayoutEffect(() => {
    latest.current = { strip, place, wrap, onRest };
  });

  const show = useCallback((next: Place) => {
    if (element.current) element.current.scrollTop = next.at;
    // The browser rounds and clamps: what it says next is measured against what it took.
    const taken = { top: next.top, at: element.current?.scrollTop ?? next.at };
    latest.current.place = taken;
    setPlace(taken);
  }, []);

  const scroller = useCallback((node: HTMLDivElement | null) => {
    element.current = node;
    if (!node) return;
    const observer = new ResizeObserver(() => setViewport(node.clientHeight));
    observer.observe(node);
    setViewport(node.clientHeight);
    return () => observer.disconnect();
  }, []);

  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const rest = useCallback(() => {
    const { strip: now, place: there, onRest: tell } = latest.current;
    show(placed(now, there.top));
    tell(isAtEnd(now, there) ? undefined : Math.round(there.top / now.lineHeight));
  }, [show]);

  const onScroll = useCallback(() => {
    const at = element.current?.scrollTop ?? 0;
    const { strip: now, place: before } = latest.current;
    if (Math.abs(at - before.at) < 0.5) return; // our own
    const next = scrolled(now, before, at);
    latest.current.place = next;
    setPlace(next);
    setLeftAt((left) => (isAtEnd(now, next) ? null : (left ?? now.total)));
    clearTimeout(timer.current);
    timer.current = setTimeout(rest, RESTING_MS);
  }, [rest]);

  const goToEnd = useCallback(() => {
    show(endOf(latest.current.strip));
    setLeftAt(null);
    latest.current.onRest(undefined);
  }, [show]);

  const goTo = useCallback(
    (line: number) => {
      const { strip: now, place: before, wrap: wraps } = latest.current;
      const wanted = Math.max(0, Math.min(line, now.total - 1));
      const next = placed(now, wraps ? topAnchoring(now, wanted) : topFor(now, before, wanted));
      show(next);
      setLeftAt((left) => (isAtEnd(now, next) ? null : (left ?? now.total)));
    },
    [show],
  );

  // The first time that its size is known, and whenever there are more lines or another size.
  const begun = useRef(false);
  useLayoutEffect(() => {
    if (viewport === 0) return;
    const now = { total, lineHeight, viewport };
    if (!begun.current) {
      begun.current = true;
      const first = begin === undefined ? endOf(now) : placed(now, wrap ? topAnchoring(now, begin) : begin * lineHeight);
      show(first);
      setLeftAt(isAtEnd(now, first) ? null : total);
    } else show(leftAt === null ? endOf(now) : placed(now, latest.current.place.top));
    // A new `begin` is a line that somebody has scrolled to by hand: it is there already.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [total, lineHeight, viewport, show]);

  return { strip, place, follows: leftAt === null, fresh: leftAt === null ? 0 : Math.max(0, total - leftAt), scroller, onScroll, goTo, goToEnd };
}
