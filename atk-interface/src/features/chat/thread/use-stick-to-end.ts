import { useEffect, useRef, useState, type RefObject } from "react";

const NEAR_END_PX = 96;

const isAtEnd = (): boolean => document.documentElement.scrollHeight - innerHeight - scrollY < NEAR_END_PX;
const goToEnd = (): void => scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });

/** Follow a text that grows for as long as its reader is at its end. Who has scrolled up is left alone. */
export function useStickToEnd(grows: RefObject<HTMLElement | null>, goesOn: boolean) {
  const atEnd = useRef(true);
  const following = useRef(true);
  const [isAway, setAway] = useState(false);

  // Whoever has asked wants to see the answer; behind its end, opening a source must not move the page.
  useEffect(() => {
    following.current = goesOn;
    if (!goesOn) return;
    atEnd.current = true;
    goToEnd();
  }, [goesOn]);

  useEffect(() => {
    goToEnd(); // a conversation is opened where it was left
    const look = () => {
      atEnd.current = isAtEnd();
      setAway(!atEnd.current);
    };
    const observer = new ResizeObserver(() => {
      if (atEnd.current && following.current) goToEnd();
    });
    if (grows.current) observer.observe(grows.current);
    addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      removeEventListener("scroll", look);
    };
  }, [grows]);

  return { isAway, goToEnd };
}
