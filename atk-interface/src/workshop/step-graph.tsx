import clsx from "clsx";
import { count, counted } from "@/lib/format";
import { type Count, hasFigures, inFlight, type RunState, type StageFigures, type StageState, type StepFigures, total } from "./model";
import "./step-graph.css";

export interface StepGraphProps {
  readonly stages: readonly StageFigures[];
  readonly hue: number;
  /** What the graph is of, for those who hear it. */
  readonly label: string;
  /** The run's, when these are a run's figures: only a running one glows. */
  readonly state?: RunState | undefined;
  readonly className?: string;
}

/** A pipeline's stages and their steps, in the order that records go through them, with figures where there are any. */
export function StepGraph({ stages, hue, label, state = "running", className }: StepGraphProps) {
  return (
    // Wider than the page at times: it scrolls in its own box, and the keyboard must reach what scrolls.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrollable region needs focus to be scrolled by key
    <section data-state={state} className={clsx("ws-graph hued", className)} style={{ "--hue": hue }} aria-label={label} tabIndex={0}>
      <ol className="ws-stages">
        {stages.map((stage, index) => (
          <li key={`${stage.name}-${index}`} className="ws-stage" data-state={stateOf(stage, state)}>
            {index > 0 && <Arrow />}
            <div className="ws-stage-box">
              <p className="ws-stage-name">
                <span>{stage.name}</span>
                <span className="ws-stage-state">{nameOf(stateOf(stage, state), state)}</span>
              </p>
              {stage.steps.length > 0 && (
                <ol className="ws-steps">
                  {stage.steps.map((step, place) => (
                    <Step key={`${step.name}-${place}`} step={step} active={stage.state === "active" && state === "running"} />
                  ))}
                </ol>
              )}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A completed run has no stage left to wait for: what it did not need was nothing to do. */
function stateOf(stage: StageFigures, state: RunState): StageState | undefined {
  return stage.state && state === "completed" ? "done" : stage.state;
}

function nameOf(stage: StageState | undefined, state: RunState): string | undefined {
  return stage === "active" ? activeNames[state] : stage;
}

const activeNames: Readonly<Record<RunState, string>> = {
  queued: "next",
  running: "at work",
  paused: "paused",
  completed: "done",
  failed: "stopped here",
  cancelled: "stopped here",
  lost: "lost touch here",
};

function Step({ step, active }: { readonly step: StepFigures; readonly active: boolean }) {
  const flying = inFlight(step);
  return (
    <li className="ws-step" data-glows={active && (!hasFigures(step) || flying > 0)}>
      <span className="ws-step-name">{step.name}</span>
      {hasFigures(step) && <Figures step={step} flying={active ? flying : 0} />}
    </li>
  );
}

function Figures({ step, flying }: { readonly step: StepFigures; readonly flying: number }) {
  const entered = step.in ?? 0;
  const [kept, dropped, failed] = [step.kept ?? 0, total(step.dropped), total(step.failed)];
  const whole = Math.max(entered, kept + dropped + failed, 1);
  const share = (part: number): { flexGrow: number } => ({ flexGrow: part / whole });
  return (
    <>
      <span className="ws-funnel" aria-hidden="true">
        {kept > 0 && <i className="ws-kept" style={share(kept)} />}
        {dropped > 0 && <i className="ws-dropped" style={share(dropped)} />}
        {failed > 0 && <i className="ws-failed" style={share(failed)} />}
        <i style={share(Math.max(0, whole - kept - dropped - failed))} />
      </span>
      <span className="ws-figures">
        <Figure name="in" mark="→" value={entered} />
        <Figure name="kept" mark="✓" value={kept} />
        <Figure name="dropped" mark="↓" value={dropped} reasons={step.dropped} />
        <Figure name="failed" mark="✕" value={failed} reasons={step.failed} />
        {flying > 0 && <span className="sr-only">{`${counted(flying, "record")} at work`}</span>}
      </span>
    </>
  );
}

interface FigureProps {
  readonly name: "in" | "kept" | "dropped" | "failed";
  readonly mark: string;
  readonly value: number;
  readonly reasons?: Count | undefined;
}

function Figure({ name, mark, value, reasons }: FigureProps) {
  const why = typeof reasons === "object" ? Object.entries(reasons).map(([reason, times]) => `${reason}: ${count(times)}`) : [];
  return (
    <span className={clsx("ws-figure", value > 0 && `ws-text-${name}`)} title={why.join("\n") || undefined}>
      <span aria-hidden="true">{mark}</span> {count(value)} <span className="ws-figure-name">{name}</span>
      {why.length > 0 && <span className="sr-only">{` (${why.join(", ")})`}</span>}
    </span>
  );
}

function Arrow() {
  return (
    <svg className="ws-arrow" viewBox="0 0 36 20" width="36" height="20" aria-hidden="true" focusable="false">
      <path d="M1 10C8 5 14 14 21 10S29 9 34 10M28.5 5L34 10L28.5 15" />
    </svg>
  );
}
