import { Monitor, Moon, Sun } from "lucide-react";
import { lazy, Suspense } from "react";
import { Panel } from "@/components/panel";
import { Choice } from "@/features/settings/choice";
import { setPreferences, systemReducesMotion, useMotion, usePreferences } from "@/lib/preferences";

const MotionSample = lazy(() => import("@/features/settings/motion-sample"));

const THEMES = [
  { value: "system", name: "System", hint: "As your system has it.", icon: <Monitor aria-hidden className="size-4 text-soft" /> },
  { value: "light", name: "Light", hint: "The workshop by day.", icon: <Sun aria-hidden className="size-4 text-soft" /> },
  { value: "dark", name: "Dark", hint: "The workshop at night.", icon: <Moon aria-hidden className="size-4 text-soft" /> },
] as const;

const MOTIONS = [
  { value: "full", name: "Full", hint: "The background works along, sparks fly, and a finished run gets fireworks." },
  { value: "subtle", name: "Subtle", hint: "Slow and sparse; a finished run glows once." },
  { value: "off", name: "Off", hint: "Nothing moves. Every figure is still there." },
] as const;

/** Kept in this browser only. */
export function LookSection() {
  const { theme, motion } = usePreferences();
  const shown = useMotion();
  return (
    <Panel title="Look" lead="Kept in this browser.">
      <div className="flex flex-col gap-5">
        <Choice legend="Theme" value={theme} options={THEMES} onChoose={(next) => setPreferences({ theme: next })} />
        <Choice legend="Motion" value={motion} options={MOTIONS} onChoose={(next) => setPreferences({ motion: next })} />
        {systemReducesMotion() && (
          <p className="rounded-xl border border-warn px-3 py-2 text-sm">
            <strong>Your system asks for reduced motion</strong>, so nothing moves here, whatever is chosen above. Change it in the settings of your system.
          </p>
        )}
        <div className="min-h-16">
          <Suspense>
            <MotionSample motion={shown} />
          </Suspense>
        </div>
      </div>
    </Panel>
  );
}
