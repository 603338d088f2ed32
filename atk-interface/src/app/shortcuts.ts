import { useNavigate } from "react-router";
import { PLACES } from "@/app/places";
import { useShortcuts } from "@/lib/shortcuts";

/** Keys that work on every page. */
export function useAppShortcuts({ openPalette, openHelp }: { openPalette: () => void; openHelp: () => void }): void {
  const navigate = useNavigate();
  useShortcuts("Everywhere", [
    { keys: "mod+k", label: "Go to anything", run: openPalette },
    { keys: "?", label: "Show the keys", run: openHelp },
    ...PLACES.map(({ to, name, key }) => ({ keys: `g ${key}`, label: `Go to ${name}`, run: () => void navigate(to) })),
  ]);
}
