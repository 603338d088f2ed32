import type { HistoryAttempt, TrainingCurve, TrainingPoint } from "@/api/schema";
import type { Mark } from "@/components/line-chart";

/** What charts are drawn from: steps counted over all stages, and a figure for each; null between two stages. */
export interface CurveSeries {
  steps: number[];
  loss: Values;
  smoothed: Values;
  learningRate: Values;
  gradientNorm: Values;
  tokensPerSecond: Values;
  memory: Values;
  marks: Mark[];
}
type Values = (number | null)[];
type PointAt = TrainingPoint | null;

/** How much of the smoothed loss is what it was before. */
const INERTIA = 0.9;

/** Stages one behind the other. Stages, and places where a stopped training went on, are marked. */
export function seriesOf(curves: readonly TrainingCurve[], attempts: readonly HistoryAttempt[]): CurveSeries {
  const steps: number[] = [];
  const points: PointAt[] = [];
  const smoothed: Values = [];
  const marks: Mark[] = [];
  let offset = 0;
  for (const curve of curves) {
    if (points.length > 0) {
      steps.push(offset);
      points.push(null);
      smoothed.push(null);
    }
    marks.push({ at: offset, label: curve.stage });
    marks.push(...resumptionsIn(curve.points, attempts).map((step) => ({ at: offset + step, label: "went on" })));
    steps.push(...curve.points.map(({ step }) => offset + step));
    points.push(...curve.points);
    smoothed.push(...smooth(curve.points.map(({ loss }) => loss ?? null)));
    offset += Math.max(curve.points.at(-1)?.step ?? 0, 1);
  }
  const column = (figure: (point: TrainingPoint) => number | null | undefined): Values => points.map((point) => (point ? (figure(point) ?? null) : null));
  return {
    steps,
    smoothed,
    marks,
    loss: column(({ loss }) => loss),
    learningRate: column(({ learning_rate }) => learning_rate),
    gradientNorm: column(({ gradient_norm }) => gradient_norm),
    tokensPerSecond: column(({ tokens_per_second }) => tokens_per_second),
    memory: column(({ memory_bytes }) => memory_bytes),
  };
}

/** A running mean that forgets; at the beginning, it is not drawn towards nothing (as in Adam: Kingma and Ba, 2015). */
export function smooth(values: readonly (number | null)[]): Values {
  let mean = 0;
  let weight = 0;
  return values.map((value) => {
    if (value === null) return null;
    mean = INERTIA * mean + (1 - INERTIA) * value;
    weight = INERTIA * weight + (1 - INERTIA);
    return mean / weight;
  });
}

/** First steps after a try of the run that was not its first. */
function resumptionsIn(points: readonly TrainingPoint[], attempts: readonly HistoryAttempt[]): number[] {
  const [first, last] = [points[0]?.t ?? 0, points.at(-1)?.t ?? 0];
  return attempts.filter(({ number, started }) => number > 1 && started > first && started <= last).flatMap(({ started }) => points.find(({ t }) => (t ?? 0) >= started)?.step ?? []);
}
