import { useEffect, useRef, useState } from "react";
import { useLocation } from "react-router";

/** Says the name of a page that has been gone to, as a browser does for pages that it loads itself, and puts the focus there. */
export function PageAnnouncer() {
  const { pathname } = useLocation();
  const [said, setSaid] = useState("");
  const first = useRef(true);

  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    // A page sets its title when it is drawn, and it may still be on its way.
    const timer = setTimeout(() => {
      setSaid(document.title);
      if (document.activeElement === document.body) document.getElementById("main")?.focus({ preventScroll: true });
    }, 300);
    return () => clearTimeout(timer);
  }, [pathname]);

  return (
    <div aria-live="polite" className="sr-only">
      {said}
    </div>
  );
}
