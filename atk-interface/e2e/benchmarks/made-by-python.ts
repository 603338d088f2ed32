import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { REPOSITORY } from "../support/project";
import { python, type Service } from "../support/service";

/** Calls what the service's own benchmarks make their data with: `call("service_reading", "write_run", ["..."], rows, lines)`. */
export async function madeByPython(module: string, name: string, ...given: (string | number)[]): Promise<void> {
  const program = `import json, sys\nfrom pathlib import Path\nfrom benchmarks.${module} import ${name}\nfolder, *given = json.loads(sys.argv[1])\n${name}(Path(folder), *given)`;
  // Not the kind that blocks: meanwhile, the service closes connections, and Node must hear of it.
  await promisify(execFile)(python(), ["-c", program, JSON.stringify(given)], { cwd: REPOSITORY });
}

/** A run that is over, with that many rows and lines in its log; and its id. */
export async function largeRun(service: Service, rows: number, lines: number): Promise<string> {
  await madeByPython("service_reading", "write_run", `${service.project.root}/outputs/big`, rows, lines);
  for (let tries = 0; tries < 100; tries += 1) {
    const { data } = await service.api.GET("/api/runs", {});
    const run = data?.items.find(({ folder }) => folder.endsWith("big"));
    if (run) return run.id;
    await new Promise((resolve) => setTimeout(resolve, 100)); // the service looks for new runs now and then
  }
  throw new Error("The service does not list the run that was made.");
}
