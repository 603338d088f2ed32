import type { TrainingCurve, TrainingHistory, TrainingPoint } from "@/api/schema";

/** Of each stage; a chart is no wider. */
export const MOST_KEPT = 2_000;

/** What is known after an answer: `whole` ones take the place of all before, others come behind it. */
export function mergeTraining(before: TrainingHistory | undefined, news: TrainingHistory): TrainingHistory {
  if (!before || news.whole) return news;
  const kept = before.stages.map((curve) => withNews(curve, news.stages.find(({ stage }) => stage === curve.stage)));
  const fresh = news.stages.filter(({ stage }) => !before.stages.some((known) => known.stage === stage));
  return { ...news, stages: [...kept, ...fresh] };
}

function withNews(curve: TrainingCurve, news: TrainingCurve | undefined): TrainingCurve {
  if (!news) return curve;
  return { ...news, points: thinned(continued(curve.points, news.points)) };
}

/** Training that goes on from a checkpoint does some steps again: what was shown of them is void. */
export function continued(points: readonly TrainingPoint[], news: readonly TrainingPoint[]): TrainingPoint[] {
  const first = news[0];
  if (!first) return [...points];
  return [...points.filter(({ step }) => step < first.step), ...news];
}

/** Half of the points, the last one among them, once there are too many. */
function thinned(points: TrainingPoint[]): TrainingPoint[] {
  return points.length <= MOST_KEPT ? points : points.filter((_, index) => (points.length - 1 - index) % 2 === 0);
}
