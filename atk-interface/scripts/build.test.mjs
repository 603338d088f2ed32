import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { stampOf } from "./stamp.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = mkdtempSync(join(tmpdir(), "atk-build-"));
const dist = join(root, "dist");
const LONG = `console.log("${"a long word ".repeat(300)}");`;

const write = (path, text) => writeFileSync(join(root, path), text);
const run = (script) => spawnSync(process.execPath, [join(root, "scripts", script)], { encoding: "utf8" });
const built = () => readdirSync(join(dist, "assets"));
const leftovers = () => readdirSync(root).filter((name) => name.startsWith("dist-"));

mkdirSync(join(root, "src"));
cpSync(here, join(root, "scripts"), { recursive: true });
symlinkSync(join(here, "..", "node_modules"), join(root, "node_modules"));
write("package.json", '{ "type": "module" }');
write("index.html", '<!doctype html><script type="module" src="/src/main.js"></script>');
after(() => rmSync(root, { recursive: true, force: true }));

describe("npm run build", () => {
  beforeEach(() => write("src/main.js", LONG));

  test("brings what browsers ask for, compressed, with what it was made from", () => {
    assert.equal(run("build.mjs").status, 0);
    const [script] = built().filter((name) => name.endsWith(".js"));
    const text = readFileSync(join(dist, "assets", script), "utf8");
    assert.match(text, /a long word/);
    assert.equal(brotliDecompressSync(readFileSync(join(dist, "assets", `${script}.br`))).toString(), text);
    assert.equal(gunzipSync(readFileSync(join(dist, "assets", `${script}.gz`))).toString(), text);
    assert.equal(existsSync(join(dist, "index.html.br")), false); // too small to be worth it
    assert.deepEqual(JSON.parse(readFileSync(join(dist, "stamp.json"), "utf8")), stampOf(root));
    assert.deepEqual(leftovers(), []);
  });

  test("leaves what was there when it fails", () => {
    assert.equal(run("build.mjs").status, 0);
    const before = built();
    write("src/main.js", "this is no JavaScript");
    assert.notEqual(run("build.mjs").status, 0);
    assert.deepEqual([built(), leftovers()], [before, []]);
  });

  test("leaves what was there when it is killed, and clears up the next time", async () => {
    assert.equal(run("build.mjs").status, 0);
    const before = built();
    write("vite.config.js", "export default { plugins: [{ name: 'slow', closeBundle: () => new Promise((end) => setTimeout(end, 60_000)) }] };");
    const build = spawn(process.execPath, [join(root, "scripts", "build.mjs")]);
    while (leftovers().length === 0) await sleep(20);
    build.kill("SIGKILL");
    await new Promise((resolve) => build.once("exit", resolve));
    rmSync(join(root, "vite.config.js"));
    assert.deepEqual([built(), leftovers().length], [before, 1]);
    assert.equal(run("build.mjs").status, 0);
    assert.deepEqual(leftovers(), []);
  });
});

describe("npm run sizes", () => {
  const page = '<script type="module" src="/assets/main.js"></script><link rel="stylesheet" href="/assets/main.css">';
  const random = (bytes) => Array.from({ length: bytes }, () => Math.floor(Math.random() * 36).toString(36)).join("");

  beforeEach(() => {
    rmSync(dist, { recursive: true, force: true });
    mkdirSync(join(dist, "assets"), { recursive: true });
    write("dist/index.html", page);
    write("dist/assets/main.js", 'import"./shared.js";const later=()=>import("./editor.js");');
    write("dist/assets/shared.js", 'const namespace="http://www.w3.org/2000/svg";');
    write("dist/assets/editor.js", 'import"./shared.js";const base="cm-editor";');
    write("dist/assets/main.css", "body { color: black }");
    write("dist/assets/one.woff2", "font");
  });

  test("is content with a page within its goals", () => {
    const { status, stderr } = run("sizes.mjs");
    assert.equal(stderr, "");
    assert.equal(status, 0);
  });

  const misses = {
    "a first load too large, in what the entry imports": [["shared.js", `"${random(300_000)}"`], /first load: scripts, gzip: \d+/],
    "styles too large": [["main.css", `/*${random(40_000)}*/`], /first load: styles/],
    "an editor too large": [["editor.js", `"cm-editor ${random(300_000)}"`], /^editor, gzip/m],
    "an editor in the first load": [["main.js", 'import"./editor.js";'], /editor\.js brings CodeMirror into the first load/],
    "a second font": [["two.woff2", "font"], /There are 2 fonts/],
    "a font too large": [["one.woff2", random(70_000)], /^font: /m],
    "a style from elsewhere": [["main.css", '@import "https://example.org/a.css";'], /loads https:\/\/example\.org\/a\.css/],
    "a script from elsewhere": [["main.js", 'import("https://example.org/a.js")'], /loads https:\/\/example\.org\/a\.js/],
  };
  for (const [what, [[file, text], said]] of Object.entries(misses)) {
    test(`fails for ${what}`, () => {
      write(`dist/assets/${file}`, text);
      const { status, stderr } = run("sizes.mjs");
      assert.match(stderr, said);
      assert.equal(status, 1);
    });
  }

  test("fails for a page that loads from elsewhere", () => {
    write("dist/index.html", `${page}<link rel="stylesheet" href="//example.org/fonts.css">`);
    assert.match(run("sizes.mjs").stderr, /index\.html loads \/\/example\.org/);
  });
});
