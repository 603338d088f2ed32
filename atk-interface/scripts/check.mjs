/** `npm run check`: all that needs no browser. Two lanes side by side, since each step by itself keeps one core busy; every failure is told. */
import { spawn } from "node:child_process";

const LANES = [["lint"], ["api:check", "types", "build", "sizes"]];

const run = (step) =>
  new Promise((resolve) => {
    const child = spawn("npm", ["run", "--silent", step], { stdio: "inherit", shell: process.platform === "win32" });
    child.once("error", () => resolve(false)).once("exit", (code) => resolve(code === 0));
  });

async function inTurn(steps) {
  const failed = [];
  for (const step of steps) if (!(await run(step))) failed.push(step);
  return failed;
}

const failed = (await Promise.all(LANES.map(inTurn))).flat();
failed.push(...(await inTurn(["test"]))); // as many processes as there are cores, by itself
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(", ")}. Alone: npm run STEP`);
  process.exitCode = 1;
}
