import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the code is: the service of the tests is the real one. */
export const REPOSITORY = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

const POEMS = `# Poems, offline
pipeline: example-pipeline
input_dir: inputs/sample
output_dir: outputs/poems
model: offline
limit: 3
`;

const there = new Set<Project>();

process.on("exit", () => {
  for (const project of there) project.remove(); // tests that were interrupted
});

/** A folder like a user's, of one test's own: configs, sample documents, empty outputs. Beside it, the service's state. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "atk-e2e-"));
  readonly root = join(this.folder, "project");
  readonly state = join(this.folder, "state");

  constructor() {
    there.add(this);
    mkdirSync(this.state);
    this.fill();
  }

  /** Makes the project's files what they are at first. */
  fill(): void {
    mkdirSync(this.root, { recursive: true });
    for (const name of readdirSync(this.root)) rmSync(join(this.root, name), { recursive: true });
    for (const name of ["configs", "inputs", "outputs", "models"]) mkdirSync(join(this.root, name), { recursive: true });
    cpSync(join(REPOSITORY, "inputs", "sample"), join(this.root, "inputs", "sample"), { recursive: true });
    this.write("configs/poems.yaml", POEMS);
  }

  /** Writes a file below the project, `configs/mine.yaml` say. */
  write(path: string, text: string | Uint8Array): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  remove(): void {
    there.delete(this);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
