import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "@/lib/preferences";

export interface Line {
  label: string;
  values: (number | null)[];
  /** A second line is dashed: colour is not needed to tell them apart. */
  dashed?: boolean;
}

/** Something that happened on the way: a line across the chart, with a word at its top. */
export interface Mark {
  at: number;
  label: string;
}

interface LineChartProps {
  title: string;
  /** Where the values stand, in order. */
  along: number[];
  /** What that is: "the time at work". */
  axis: string;
  formatAlong: (at: number) => string;
  lines: readonly Line[];
  format: (value: number) => string;
  /** Charts of one group show the same place under the pointer. */
  group: string;
  marks?: readonly Mark[];
  /** `along` counts something: no ticks between two of them. */
  whole?: boolean;
  /** Every factor of ten takes as much room; only what is above nothing can be drawn. */
  logarithmic?: boolean;
}

const HEIGHT = 150;
/** uPlot names it only in a const enum, which does not exist when this runs. */
const LOGARITHMIC = { distr: 3 } as const;
const NO_MARKS: readonly Mark[] = [];
/** Room above the highest value, and more of it where words of marks stand there. */
const HEADROOM = { plain: 1.1, marked: 1.25 };
const WHOLE_STEPS = Array.from({ length: 8 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();

/** Figures over time or steps. What is under the pointer is written above it. */
export function LineChart(props: LineChartProps) {
  const { title, along, axis, formatAlong, lines, format, marks = NO_MARKS, logarithmic = false } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const [at, setAt] = useState<number | null>(null);
  const theme = useTheme();
  const shape = `${logarithmic ? "log" : "linear"}|${lines.map(({ label, dashed }) => `${label}${dashed ? "-" : ""}`).join("|")}`;
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = new uPlot(optionsFor(element, () => latest.current, setAt), dataOf(latest.current), element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, theme]);
  useEffect(() => plot.current?.setData(dataOf({ lines, along })), [lines, along, marks]);

  const index = at ?? along.length - 1;
  const when = along[index];
  return (
    <figure className="min-w-0">
      <figcaption className="flex flex-wrap justify-between gap-x-3 text-sm tabular-nums">
        <span className="font-medium">{title}</span>
        <span className="text-soft">
          {lines.map(({ label, values }) => `${lines.length > 1 ? `${label} ` : ""}${valueAt(values, index, format)}`).join(" · ")}
          {at !== null && when !== undefined && ` at ${formatAlong(when)}`}
        </span>
      </figcaption>
      <div ref={place} role="img" aria-label={`${title} over ${axis}. ${lines.map((line) => summaryOf(line, format)).join(" ")}`} style={{ height: HEIGHT }} className="mt-1 overflow-hidden" />
    </figure>
  );
}

const dataOf = ({ along, lines }: Pick<LineChartProps, "along" | "lines">): uPlot.AlignedData => [along, ...lines.map(({ values }) => values)];

function valueAt(values: readonly (number | null)[], index: number, format: (value: number) => string): string {
  const value = values[index] ?? null;
  return value === null ? "–" : format(value);
}

function summaryOf({ label, values }: Line, format: (value: number) => string): string {
  const known = values.filter((value) => value !== null);
  const last = known.at(-1);
  if (last === undefined) return `${label}: nothing yet.`;
  return `${label}: now ${format(last)}, between ${format(Math.min(...known))} and ${format(Math.max(...known))}.`;
}

/** The colours are those of the page around it, so the chart is made anew when the theme changes. */
function optionsFor(element: HTMLElement, latest: () => LineChartProps, onMove: (index: number | null) => void): uPlot.Options {
  const { lines, group, marks = NO_MARKS, logarithmic = false, whole = false } = latest();
  const headroom = marks.length > 0 ? HEADROOM.marked : HEADROOM.plain;
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 24, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: group }, points: { size: 7 } },
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- uPlot's names for it are types only
    scales: { x: { time: false }, y: logarithmic ? LOGARITHMIC : { range: (_plot, _low, high) => [0, high > 0 ? high * headroom : 1] } },
    axes: [
      { ...axis, size: 24, space: 80, ...(whole && { incrs: WHOLE_STEPS }), values: (_plot, ticks) => ticks.map((tick) => latest().formatAlong(tick)) },
      { ...axis, size: 56, space: 34, values: (_plot, ticks) => ticks.map((tick: number | null) => (tick === null ? "" : tick === 0 ? "0" : latest().format(tick))) },
    ],
    series: [{}, ...lines.map((line, index) => seriesFor(line, index === 0 ? colour("--hue-strong") : colour("--text"), !logarithmic))],
    hooks: {
      setCursor: [(plot) => onMove(plot.cursor.idx ?? null)],
      draw: [(plot) => drawMarks(plot, latest().marks ?? NO_MARKS, colour("--soft"), font)],
    },
  };
}

const seriesFor = ({ label, dashed }: Line, stroke: string, filled: boolean): uPlot.Series => ({
  label,
  stroke,
  width: dashed ? 1 : 2,
  ...(dashed ? { dash: [6, 4] } : filled && { fill: `color-mix(in oklch, ${stroke} 14%, transparent)` }),
  points: { show: false },
  spanGaps: false,
});

function drawMarks(plot: uPlot, marks: readonly Mark[], colour: string, font: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.font = font.replace("12px", `${Math.round(11 * devicePixelRatio)}px`);
  ctx.textAlign = "left";
  ctx.setLineDash([3, 3]);
  for (const { at, label } of marks) {
    const x = Math.max(bbox.left, Math.round(plot.valToPos(at, "x", true)));
    if (x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(label, x + 4 * devicePixelRatio, bbox.top + 10 * devicePixelRatio);
  }
  ctx.restore();
}
