const storageKey = "atk.fireworks";
const most = 500;
const seen = new Set<string>();

/**
 * Whether this is the first time, in any tab of this browser, that a key is asked for; from then on it never is again.
 * A hidden tab waits until somebody looks at it, so that the tab that is seen comes first.
 */
export async function onceFor(key: string): Promise<boolean> {
  await visible();
  if (isKnown(key)) return false;
  // Pages that are not served securely have no locks.
  const locks = navigator.locks as LockManager | null | undefined;
  if (!locks) return claim(key);
  return new Promise((answer) => {
    // The lock is held a moment longer: another tab may see what is stored here a little later.
    const ask = locks.request(`${storageKey}:${key}`, { ifAvailable: true }, async (lock) => {
      answer(lock !== null && claim(key));
      if (lock) await new Promise((done) => setTimeout(done, 500));
    });
    ask.catch(() => answer(claim(key)));
  });
}

function claim(key: string): boolean {
  if (isKnown(key)) return false;
  seen.add(key);
  try {
    localStorage.setItem(storageKey, JSON.stringify([...stored(), key].slice(-most)));
  } catch {
    // Full or forbidden: this tab remembers by itself, for as long as it is open.
  }
  return true;
}

function isKnown(key: string): boolean {
  return seen.has(key) || stored().includes(key);
}

function stored(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "[]");
    return Array.isArray(kept) ? kept.filter((item) => typeof item === "string") : [];
  } catch {
    return [];
  }
}

function visible(): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    const look = (): void => {
      if (document.hidden) return;
      document.removeEventListener("visibilitychange", look);
      resolve();
    };
    document.addEventListener("visibilitychange", look);
  });
}
