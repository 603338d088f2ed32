/** `npm run build`: into a folder beside `dist`, which it replaces in the end. Interrupted, it leaves the old one whole. */
import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { compress } from "./compress.mjs";
import { stampOf } from "./stamp.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const next = join(root, `dist-next-${process.pid}`);
const old = join(root, `dist-old-${process.pid}`);

process.on("exit", () => {
  for (const folder of [next, old]) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));

for (const name of readdirSync(root)) {
  const [, owner] = /^dist-(?:next|old)-(\d+)$/.exec(name) ?? [];
  if (owner && !isAlive(Number(owner))) rmSync(join(root, name), { recursive: true, force: true });
}

const stamp = stampOf(root); // before the build: what is edited during it makes it out of date
await build({ root, build: { outDir: next, emptyOutDir: true }, logLevel: "warn" });
compress(next);
writeFileSync(join(next, "stamp.json"), `${JSON.stringify(stamp)}\n`);

try {
  renameSync(dist, old);
} catch (error) {
  if (error.code !== "ENOENT") throw error;
}
renameSync(next, dist);

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}
