import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "@/lib/preferences";
import { duration } from "@/lib/format";

export interface Line {
  label: string;
  values: (number | null)[];
  /** A second line is dashed: colour is not needed to tell them apart. */
  dashed?: boolean;
}

interface LineChartProps {
  title: string;
  seconds: number[];
  lines: readonly Line[];
  format: (value: number) => string;
}

const HEIGHT = 150;

/** Figures over the time at work. What is under the pointer is written above it. */
export function LineChart({ title, seconds, lines, format }: LineChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const [at, setAt] = useState<number | null>(null);
  const theme = useTheme();
  const shape = lines.map(({ label, dashed }) => `${label}${dashed ? "-" : ""}`).join("|");
  const latest = useRef({ lines, format, seconds });
  useEffect(() => {
    latest.current = { lines, format, seconds };
  });

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = new uPlot(optionsFor(element, latest.current.lines, (value) => latest.current.format(value), setAt), dataOf(latest.current), element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, theme]);
  useEffect(() => plot.current?.setData(dataOf({ lines, seconds })), [lines, seconds]);

  const index = at ?? seconds.length - 1;
  const when = seconds[index];
  return (
    <figure className="min-w-0">
      <figcaption className="flex flex-wrap justify-between gap-x-3 text-sm tabular-nums">
        <span className="font-medium">{title}</span>
        <span className="text-soft">
          {lines.map(({ label, values }) => `${lines.length > 1 ? `${label} ` : ""}${valueAt(values, index, format)}`).join(" · ")}
          {at !== null && when !== undefined && ` at ${duration(Math.round(when))}`}
        </span>
      </figcaption>
      <div ref={place} role="img" aria-label={`${title} over the time at work. ${lines.map((line) => summaryOf(line, format)).join(" ")}`} style={{ height: HEIGHT }} className="mt-1 overflow-hidden" />
    </figure>
  );
}

const dataOf = ({ seconds, lines }: Pick<LineChartProps, "seconds" | "lines">): uPlot.AlignedData => [seconds, ...lines.map(({ values }) => values)];

function valueAt(values: readonly (number | null)[], index: number, format: (value: number) => string): string {
  const value = values[index] ?? null;
  return value === null ? "–" : format(value);
}

function summaryOf({ label, values }: Line, format: (value: number) => string): string {
  const known = values.filter((value) => value !== null);
  const last = known.at(-1);
  if (last === undefined) return `${label}: nothing yet.`;
  const [least, most] = known.reduce(([low, high]) => [low, high], [Math.min(...known), Math.max(...known)]);
  return `${label}: now ${format(last)}, between ${format(least)} and ${format(most)}.`;
}

/** The colours are those of the page around it, so the chart is made anew when the theme changes. */
function optionsFor(element: HTMLElement, lines: readonly Line[], format: (value: number) => string, onMove: (index: number | null) => void): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: `12px ${style.fontFamily}` };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: "run" }, points: { size: 7 } },
    scales: { x: { time: false }, y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1] } },
    axes: [
      { ...axis, size: 24, space: 80, values: (_plot, ticks) => ticks.map((tick) => duration(tick)) },
      { ...axis, size: 56, space: 34, values: (_plot, ticks) => ticks.map((tick) => (tick === 0 ? "0" : format(tick))) },
    ],
    series: [
      {},
      ...lines.map(({ label, dashed }, index) => ({
        label,
        stroke: colour(index === 0 ? "--hue-strong" : "--text"),
        width: 2,
        ...(dashed ? { dash: [6, 4] } : { fill: `color-mix(in oklch, ${colour("--hue-strong")} 14%, transparent)` }),
        points: { show: false },
        spanGaps: false,
      })),
    ],
    hooks: { setCursor: [(plot) => onMove(plot.cursor.idx ?? null)] },
  };
}
