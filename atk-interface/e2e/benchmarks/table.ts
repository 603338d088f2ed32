import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import type { FullConfig, FullResult, Reporter, TestCase, TestResult } from "@playwright/test/reporter";
import { ANNOTATION, type Summary } from "./figures";

const HEAD = ["", "median", "worst", "n", "goal", "", "beside it: median, worst", "load"];

/** Prints all figures in one table, and writes them to test-results/benchmarks.json. */
export default class Table implements Reporter {
  readonly #figures: Summary[] = [];
  readonly #started = new Date();
  #folder = "";

  onBegin(config: FullConfig): void {
    this.#folder = join(config.rootDir, "..", "test-results");
  }

  onTestBegin({ title }: TestCase): void {
    console.log(title);
  }

  onStdOut(chunk: string | Buffer): void {
    process.stdout.write(chunk);
  }

  onTestEnd({ title }: TestCase, { status, errors, annotations }: TestResult): void {
    const figures = annotations.filter(({ type }) => type === ANNOTATION).map(({ description = "" }) => JSON.parse(description) as Summary); // written in bench.ts
    for (const figure of figures) console.log(`  ${cellsOf(figure).filter(Boolean).join("  ")}`);
    this.#figures.push(...figures);
    if (status !== "passed") console.log(`  ${title}: ${status}\n${errors.map((error) => error.stack ?? error.message).join("\n")}`);
  }

  onEnd({ status }: FullResult): void {
    mkdirSync(this.#folder, { recursive: true });
    const file = join(this.#folder, "benchmarks.json");
    const about = { started: this.#started.toISOString(), status, cores: cpus().length, processor: cpus()[0]?.model ?? "" };
    writeFileSync(file, `${JSON.stringify({ ...about, figures: this.#figures }, null, 2)}\n`);
    console.log(`\n${tableOf([HEAD, ...this.#figures.map(cellsOf)])}\n\n${about.cores} cores, ${about.processor}; also in ${file}`);
  }

  printsToStdio(): boolean {
    return true;
  }
}

function cellsOf({ name, unit, repeats, median, worst, goal, isMet, beside, load }: Summary): string[] {
  const verdict = isMet === null ? "" : isMet ? "met" : "MISSED";
  const other = beside ? `${beside.name}: ${short(beside.median)}, ${short(beside.worst)}` : "";
  return [name, `${short(median)} ${unit}`, short(worst), String(repeats), goal === null ? "" : `<= ${goal}`, verdict, other, load.toFixed(1)];
}

const short = (value: number): string => (value === 0 || Math.abs(value) >= 10 ? value.toFixed(0) : value.toFixed(1));

function tableOf(rows: string[][]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => (column > 0 && column < 4 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join("  ").trimEnd()).join("\n");
}
