import { useEffect } from "react";
import { useLocation } from "react-router";
import { Page } from "@/components/page";
import { About } from "@/features/settings/about";
import { KeysSection } from "@/features/settings/keys-section";
import { LookSection } from "@/features/settings/look-section";
import { ProvidersSection } from "@/features/settings/providers/providers-section";
import { SecretsSection } from "@/features/settings/secrets/secrets-section";
import { SessionSection } from "@/features/settings/session-section";

const SECTIONS = [
  { id: "look", name: "Look", Section: LookSection },
  { id: "providers", name: "Providers", Section: ProvidersSection },
  { id: "secrets", name: "Secrets", Section: SecretsSection },
  { id: "keys", name: "Keys", Section: KeysSection },
  { id: "session", name: "Session", Section: SessionSection },
  { id: "about", name: "About", Section: About },
];

/** All on one page; each section has an address of its own, such as /settings#providers. */
export function Component() {
  const { hash } = useLocation();
  useEffect(() => {
    const section = document.getElementById(hash.slice(1));
    return section ? keepInSight(section) : undefined;
  }, [hash]);
  return (
    <Page title="Settings" lead="How this page looks, where models answer, and the keys that they need.">
      <div className="grid gap-6 lg:grid-cols-[9rem_minmax(0,1fr)]">
        <nav aria-label="Sections" data-quiet className="max-lg:overflow-x-auto">
          <ul className="flex gap-1 lg:sticky lg:top-6 lg:flex-col">
            {SECTIONS.map(({ id, name }) => (
              <li key={id}>
                <a href={`#${id}`} className="block rounded-lg px-3 py-1.5 text-soft hover:bg-raised hover:text-text">
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div className="flex min-w-0 flex-col gap-5">
          {SECTIONS.map(({ id, Section }) => (
            <div key={id} id={id} className="scroll-mt-20 lg:scroll-mt-6">
              <Section />
            </div>
          ))}
        </div>
      </div>
    </Page>
  );
}

/** What arrives late makes the page longer: the section stays the one that was asked for, until somebody does something. */
function keepInSight(section: HTMLElement): () => void {
  const watcher = new ResizeObserver(() => section.scrollIntoView());
  watcher.observe(document.body);
  const over = new AbortController();
  const stop = () => {
    watcher.disconnect();
    over.abort();
  };
  for (const kind of ["wheel", "touchstart", "pointerdown", "keydown"]) addEventListener(kind, stop, { signal: over.signal, passive: true });
  return stop;
}
