// Bundles style, script, terminal and editor into one folder and prints which file is which.
// Usage: node build.mjs --out FOLDER [--dev]
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, parse, resolve } from "node:path";
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

mkdirSync(out, { recursive: true });
const brand = join(here, "../../style/brand");
const pictures = readdirSync(brand).filter((name) => name.endsWith(".png"));
for (const path of [join(here, "../../style/mark.svg"), ...pictures.map((name) => join(brand, name))]) {
  const picture = readFileSync(path);
  const { name, ext } = parse(path);
  const digest = createHash("sha256").update(picture).digest("hex").slice(0, 8).toUpperCase();
  files[name + ext] = `${name}.${digest}${ext}`;
  writeFileSync(join(out, files[name + ext]), picture);
}

console.log(JSON.stringify(files));
