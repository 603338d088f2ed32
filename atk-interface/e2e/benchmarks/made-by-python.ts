import { execFileSync } from "node:child_process";
import { REPOSITORY } from "../support/project";
import { python, type Service } from "../support/service";

/** Calls what the service's own benchmarks make their data with: `call("service_reading", "write_run", ["..."], rows, lines)`. */
export function madeByPython(module: string, name: string, ...given: (string | number)[]): void {
  const program = `import json, sys\nfrom pathlib import Path\nfrom benchmarks.${module} import ${name}\nfolder, *given = json.loads(sys.argv[1])\n${name}(Path(folder), *given)`;
  execFileSync(python(), ["-c", program, JSON.stringify(given)], { cwd: REPOSITORY, stdio: ["ignore", "ignore", "inherit"] });
}

/** A run that is over, with that many rows and lines in its log; and its id. */
export async function largeRun(service: Service, rows: number, lines: number): Promise<string> {
  madeByPython("service_reading", "write_run", `${service.project.root}/outputs/big`, rows, lines);
  for (let tries = 0; tries < 100; tries += 1) {
    const { data } = await service.api.GET("/api/runs", {});
    const run = data?.items.find(({ folder }) => folder.endsWith("big"));
    if (run) return run.id;
    await new Promise((resolve) => setTimeout(resolve, 100)); // the service looks for new runs now and then
  }
  throw new Error("The service does not list the run that was made.");
}
