// Bundles style, script, terminal and editor into one folder and prints which file is which.
// Usage: node build.mjs --out FOLDER [--dev]
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const { values } = parseArgs({ options: { out: { type: "string" }, dev: { type: "boolean", default: false } } });
if (!values.out) {
  console.error("build.mjs: name the folder to write to: --out FOLDER");
  process.exit(2);
}
const out = resolve(values.out);
const here = dirname(fileURLToPath(import.meta.url));
const entries = ["../../style/site.css", "src/entries/site.ts", "src/entries/terminal.ts", "src/entries/editor.ts", "worker/worker.ts"];

const result = await build({
  absWorkingDir: here,
  entryPoints: entries,
  // The style sheets lie outside and name the font by its package.
  nodePaths: [join(here, "node_modules")],
  outdir: out,
  entryNames: "[name].[hash]",
  assetNames: "[name].[hash]",
  bundle: true,
  format: "esm",
  target: ["es2022", "chrome123", "firefox120", "safari17.5"],
  minify: !values.dev,
  sourcemap: values.dev,
  metafile: true,
  loader: { ".woff2": "file" },
  logLevel: "warning",
});

const files = {};
for (const [path, { entryPoint, inputs }] of Object.entries(result.metafile.outputs)) {
  const name = basename(path);
  if (entryPoint) files[basename(entryPoint).replace(/\.ts$/, ".js")] = name;
  else for (const font of Object.keys(inputs).filter((input) => input.endsWith(".woff2"))) files[basename(font)] = name;
}

const mark = readFileSync(join(here, "../../style/mark.svg"));
const digest = createHash("sha256").update(mark).digest("hex").slice(0, 8).toUpperCase();
files["mark.svg"] = `mark.${digest}.svg`;
mkdirSync(out, { recursive: true });
writeFileSync(join(out, files["mark.svg"]), mark);

console.log(JSON.stringify(files));
