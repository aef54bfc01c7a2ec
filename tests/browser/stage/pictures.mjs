// Approved pictures of the pages: kept small, and compared point by point.
// Invariant: what is kept is without loss, and a picture is written only where it differs from the one that is there.

import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { ROOT } from "./server.mjs";

export const APPROVED = join(ROOT, "tests/browser/approved");
/** Where what differs goes. */
const DIFFERENT = join(ROOT, "target/looks");
/** Of a colour, from 0 to 1: less than this is the same, so that another release of the font library is none. */
const THRESHOLD = 0.02;
/** Of all points: as many may differ. A letter of the text has some 40 of them, the smallest window 266,000. */
const SHARE = 0.0001;
const PIXELMATCH = readFileSync(createRequire(import.meta.url).resolve("pixelmatch"), "base64");

/** Runs in a page of its own: a browser has every codec that is needed. */
function tools(pixelmatch) {
  const source = import(`data:text/javascript;base64,${pixelmatch}`);
  const drawn = async (type, base64) => {
    const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type }), { colorSpaceConversion: "none" });
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(bitmap, 0, 0);
    return { canvas, context, width: bitmap.width, height: bitmap.height, points: context.getImageData(0, 0, bitmap.width, bitmap.height) };
  };
  const written = async (canvas, type) => {
    const blob = await canvas.convertToBlob({ type, quality: 1 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    return btoa(text);
  };
  globalThis.pictures = {
    /** A PNG as WebP without loss, which `quality` 1 is in Chromium. */
    async smaller(png) {
      return written((await drawn("image/png", png)).canvas, "image/webp");
    },
    async compare(approved, png, threshold) {
      const [a, b] = [await drawn("image/webp", approved), await drawn("image/png", png)];
      if (a.width !== b.width || a.height !== b.height) return { sizes: `${a.width}×${a.height} before, ${b.width}×${b.height} now` };
      const { default: match } = await source;
      const different = match(a.points.data, b.points.data, null, a.width, a.height, { threshold });
      if (different === 0) return { different, share: 0 };
      const difference = b.context.createImageData(a.width, a.height);
      match(a.points.data, b.points.data, difference.data, a.width, a.height, { threshold });
      b.context.putImageData(difference, 0, 0);
      return { different, share: different / (a.width * a.height), difference: await written(b.canvas, "image/png") };
    },
  };
}

export class Pictures {
  #page;

  static async open(browser) {
    const pictures = new Pictures();
    pictures.#page = await browser.newPage();
    await pictures.#page.evaluate(tools, PIXELMATCH);
    return pictures;
  }

  close() {
    return this.#page.close();
  }

  /** The fault of a picture, as PNG, against the approved one of its name; null where it has none. */
  async fault(name, png) {
    const path = join(APPROVED, `${name}.webp`);
    const shown = png.toString("base64");
    const update = process.env["UPDATE_LOOKS"] === "1";
    let fault = null;
    if (!existsSync(path)) fault = "there is no approved picture";
    else {
      const { sizes, different, share, difference } = await this.#page.evaluate(
        ([approved, now, threshold]) => globalThis.pictures.compare(approved, now, threshold),
        [await readFile(path, "base64"), shown, THRESHOLD],
      );
      if (!sizes && share <= SHARE) return null;
      fault = sizes ?? `${different} points differ, ${(100 * share).toFixed(3)} %`;
      if (difference && !update) await keep(join(DIFFERENT, `${name}-difference.png`), Buffer.from(difference, "base64"));
    }
    if (update) {
      const small = await this.#page.evaluate((now) => globalThis.pictures.smaller(now), shown);
      await keep(path, Buffer.from(small, "base64"));
      return null;
    }
    const now = join(DIFFERENT, `${name}-now.png`);
    await keep(now, png);
    return `${name}: ${fault}. Look at ${now} and what is beside it; UPDATE_LOOKS=1 approves it.`;
  }
}

async function keep(path, bytes) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
