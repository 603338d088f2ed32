import { useEffect, useRef } from "react";
import { Button } from "@/components/button";

/** Brings the next page when it comes into sight; the button is for those who do not scroll. */
export function MoreRuns({ left, isFetching, onMore }: { left: number; isFetching: boolean; onMore: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  const more = useRef(onMore);
  useEffect(() => {
    more.current = onMore;
  });
  useEffect(() => {
    const element = place.current;
    if (!element || isFetching) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && more.current(), { rootMargin: "300px" });
    observer.observe(element);
    return () => observer.disconnect();
  }, [isFetching]);
  return (
    <div ref={place} className="flex justify-center">
      <Button busy={isFetching} onClick={onMore}>
        Show more ({left})
      </Button>
    </div>
  );
}
