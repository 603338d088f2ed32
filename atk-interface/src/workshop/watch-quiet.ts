import { type Rect, quietZones } from "./quiet";

const pause = 90;

/**
 * Tells where the quiet zones are, a few times a second at most, and only while something that can move them happens:
 * scrolling, resizing, elements that come, go or grow. Returns how to stop.
 */
export function watchQuietZones(moved: (zones: Rect[]) => void): () => void {
  let timer = 0;
  let last = "";
  let changed = true;
  const sizes = new ResizeObserver(ask);

  function ask(): void {
    if (!timer) timer = window.setTimeout(measure, pause);
  }
  function measure(): void {
    timer = 0;
    if (changed) follow();
    const zones = quietZones();
    const now = `${innerWidth}x${innerHeight}x${document.documentElement.scrollHeight}:${zones.map((zone) => Object.values(zone).map(Math.round).join()).join(";")}`;
    if (now === last) return;
    last = now;
    moved(zones);
  }
  function follow(): void {
    changed = false;
    sizes.disconnect();
    sizes.observe(document.documentElement);
    for (const element of document.querySelectorAll("[data-quiet]")) sizes.observe(element);
  }

  const elements = new MutationObserver(() => {
    changed = true;
    ask();
  });
  elements.observe(document.body, { childList: true, subtree: true });
  document.addEventListener("scroll", ask, { capture: true, passive: true });
  window.addEventListener("resize", ask, { passive: true });
  ask();
  return () => {
    clearTimeout(timer);
    sizes.disconnect();
    elements.disconnect();
    document.removeEventListener("scroll", ask, { capture: true });
    window.removeEventListener("resize", ask);
  };
}
