import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

const alive = new Set<ProcessGroup>();

process.on("exit", () => {
  for (const group of alive) group.signal("SIGKILL");
});

interface Start {
  command: string;
  arguments: string[];
  folder: string;
  environment: NodeJS.ProcessEnv;
  /** A file descriptor that takes what it prints. */
  log: number;
}

/** A process with all that it starts in its group, which a test never leaves behind. */
export class ProcessGroup {
  readonly #child: ChildProcess;
  readonly ended: Promise<void>;

  constructor(start: Start) {
    this.#child = spawn(start.command, start.arguments, {
      cwd: start.folder,
      env: start.environment,
      stdio: ["ignore", start.log, start.log],
      detached: true, // a group of its own
    });
    alive.add(this);
    this.ended = new Promise((resolve) => {
      const end = () => {
        alive.delete(this);
        resolve();
      };
      this.#child.once("exit", end).once("error", end);
    });
  }

  get isAlive(): boolean {
    return alive.has(this);
  }

  signal(name: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, name);
    } catch {
      // It has ended.
    }
  }
}

/** Kills every process that was started with this variable, whatever group it went to. Where there is no /proc, none. */
export function killAllWith(variable: string): void {
  for (const pid of pidsWith(variable)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

/** Processes that were started with this variable, `NAME=value`. */
export function pidsWith(variable: string): number[] {
  return pids().filter((pid) => pid !== process.pid && procFile(pid, "environ").split("\0").includes(variable));
}

/** What a process was called with, as every user of the machine can read it. */
export function commandLine(pid: number): string {
  return procFile(pid, "cmdline").replaceAll("\0", " ");
}

function pids(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return ""; // it has ended, or is somebody else's
  }
}
