/** What an interface was made from, in one number. web/built.py reads it and works it out again, without Node. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { filesIn } from "./compress.mjs";

export const INPUTS = [
  "index.html",
  "package.json",
  "package-lock.json",
  "public",
  "scripts/build.mjs",
  "scripts/compress.mjs",
  "scripts/stamp.mjs",
  "src",
  "tsconfig.json",
  "vite.config.ts",
];

const sha256 = (content) => createHash("sha256").update(content).digest("hex");

export function stampOf(root) {
  const files = INPUTS.map((input) => join(root, input))
    .filter((input) => existsSync(input))
    .flatMap((input) => (statSync(input).isDirectory() ? filesIn(input) : [input]))
    .map((file) => [relative(root, file).split(sep).join("/"), file])
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const lines = files.map(([name, file]) => `${sha256(readFileSync(file))}  ${name}\n`);
  return { inputs: INPUTS, hash: sha256(lines.join("")) };
}
