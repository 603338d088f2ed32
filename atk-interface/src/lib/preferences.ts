import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
export type Motion = "full" | "subtle" | "off";

/** What a person has chosen for this browser. Nothing about runs is kept here: that is the service's. */
export interface Preferences {
  theme: Theme;
  motion: Motion;
}

/** The same key as in public/theme.js. */
const KEY = "atk.preferences";
const DEFAULTS: Preferences = { theme: "system", motion: "full" };

const listeners = new Set<() => void>();
const darkSystem = systemSetting("(prefers-color-scheme: dark)");
const reducedMotion = systemSetting("(prefers-reduced-motion: reduce)");

let current = read();

function read(): Preferences {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>;
    return {
      theme: kept.theme === "light" || kept.theme === "dark" ? kept.theme : DEFAULTS.theme,
      motion: kept.motion === "subtle" || kept.motion === "off" ? kept.motion : DEFAULTS.motion,
    };
  } catch {
    return DEFAULTS; // storage is forbidden or holds something else: the page works all the same
  }
}

/**
 * What the system asks for, as last reported. The query itself is read once only: Chromium never reports a change that
 * somebody has read from the query before the next frame, and the page would keep the old theme.
 */
function systemSetting(query: string): { on: boolean } {
  const list = matchMedia(query);
  const setting = { on: list.matches };
  list.addEventListener("change", (event) => {
    setting.on = event.matches;
    apply();
  });
  return setting;
}

/** Write what was chosen to the page, and tell whoever reads it. */
function apply(): void {
  document.documentElement.dataset["theme"] = themeShown();
  document.documentElement.dataset["motion"] = motionShown();
  for (const listener of listeners) listener();
}

/** Change one or both, here and in every other tab. */
export function setPreferences(changes: Partial<Preferences>): void {
  current = { ...current, ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Forbidden or full: it holds until the tab is closed.
  }
  apply();
}

/** The theme on the screen: the system's, unless somebody chose. */
function themeShown(): "light" | "dark" {
  return current.theme === "system" ? (darkSystem.on ? "dark" : "light") : current.theme;
}

/** How much may move: a system that asks for reduced motion wins over any choice made here. */
export function motionShown(): Motion {
  return reducedMotion.on ? "off" : current.motion;
}

/** Whether the system asks for reduced motion, so that settings can say why nothing moves. */
export function systemReducesMotion(): boolean {
  return reducedMotion.on;
}

/** Keep the page as chosen while it is open. Call once. */
export function watchPreferences(): void {
  addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    current = read();
    apply();
  });
  apply();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, () => current);
}

export function useMotion(): Motion {
  return useSyncExternalStore(subscribe, motionShown);
}

export function useTheme(): "light" | "dark" {
  return useSyncExternalStore(subscribe, themeShown);
}
