/** `npm run sizes`: holds what was built in dist against its goals, and fails where one is missed. */
import { readFileSync } from "node:fs";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { filesIn } from "./compress.mjs";

const KB = 1024;
const GOALS = { js: 130 * KB, css: 15 * KB, font: 60 * KB, editor: 140 * KB };
const FONTS = new Set([".woff2", ".woff", ".ttf", ".otf"]);
/** The class that CodeMirror gives its editors: where it stands, CodeMirror is. */
const EDITOR = /["'`. ]cm-(editor|merge)/;
const STATIC_IMPORT = /\b(?:import|from)\s*["'](\.{1,2}\/[^"']+\.js)["']/g;
const LOADED_FROM_ELSEWHERE = [
  [/\.html$/, /<(?:script|img|iframe|link|source|video|audio)\b[^>]*?\b(?:src|href)\s*=\s*["']?((?:https?:)?\/\/[^"'\s>]+)/gi],
  [/\.(css|html)$/, /(?:url\(\s*|@import\s+)["']?((?:https?:)?\/\/[^"')\s]+)/gi],
  [/\.js$/, /(?:\bimport\s*\(?\s*|\bfrom\s*|importScripts\(\s*|\b(?:src|href)\s*[=:]\s*|\bfetch\(\s*)["'`](https?:\/\/[^"'`]+)/g],
];

const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist");
const files = filesIn(dist).filter((file) => ![".br", ".gz"].includes(extname(file)));
const scripts = files.filter((file) => extname(file) === ".js");
const text = (file) => readFileSync(file, "utf8");
const zipped = (file) => gzipSync(readFileSync(file), { level: 9 }).length;

/** A script with all that it loads before it runs. */
function withImports(entries) {
  const found = new Set(entries);
  for (const file of found) for (const [, path] of text(file).matchAll(STATIC_IMPORT)) found.add(join(dirname(file), path));
  return found;
}

const page = text(join(dist, "index.html"));
const named = (suffix) => [...page.matchAll(/\b(?:src|href)="\/(?!\/)([^"]+)"/g)].map(([, path]) => join(dist, path)).filter((file) => extname(file) === suffix);
const first = withImports(named(".js"));
const editors = scripts.filter((file) => EDITOR.test(text(file)));
const editor = [...withImports(editors)].filter((file) => !first.has(file));
const fonts = files.filter((file) => FONTS.has(extname(file)));

const rows = [];
const missed = [];
function hold(what, parts, goal, size = zipped) {
  const sum = parts.map(size).reduce((all, one) => all + one, 0);
  rows.push({ what, KB: (sum / KB).toFixed(1), goal: goal / KB, files: parts.length });
  if (sum > goal) missed.push(`${what}: ${(sum / KB).toFixed(1)} KB, and ${goal / KB} KB is the goal.`);
}

hold("first load: scripts, gzip", [...first], GOALS.js);
hold("first load: styles, gzip", named(".css"), GOALS.css);
hold("editor, gzip, when it is needed", editor, GOALS.editor);
hold("font", fonts, GOALS.font, (file) => readFileSync(file).length);
console.table(rows);
const later = scripts.filter((file) => !first.has(file) && !editor.includes(file)).map((file) => ({ later: basename(file), KB: (zipped(file) / KB).toFixed(1) }));
console.table(later.sort((one, other) => other.KB - one.KB));

if (named(".js").length === 0) missed.push("index.html names no script: is this a build?");
if (fonts.length !== 1) missed.push(`There are ${fonts.length} fonts, not one: ${fonts.map((file) => basename(file)).join(", ")}.`);
if (editors.length === 0) missed.push("CodeMirror is nowhere: sizes.mjs looks for the wrong sign of it.");
for (const file of editors.filter((one) => first.has(one))) missed.push(`${basename(file)} brings CodeMirror into the first load.`);
for (const file of files) {
  for (const [kind, pattern] of LOADED_FROM_ELSEWHERE) {
    if (!kind.test(file)) continue;
    for (const [, url] of text(file).matchAll(pattern)) if (!url.startsWith("http://www.w3.org/")) missed.push(`${relative(dist, file)} loads ${url}`);
  }
}

for (const one of missed) console.error(one);
process.exitCode = missed.length > 0 ? 1 : 0;
