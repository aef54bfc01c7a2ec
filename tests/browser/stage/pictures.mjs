// Approved pictures of the pages: kept small, and compared point by point.
// Invariant: what is kept is without loss, and a picture is written only where it differs from the one that is there.

import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import pixelmatch from "pixelmatch";
import sharp from "sharp";
import { ROOT } from "./server.mjs";

export const APPROVED = join(ROOT, "tests/browser/approved");
/** Where what differs goes. */
const DIFFERENT = join(ROOT, "target/looks");
/**
 * Of a colour, from 0 to 1: less than this is the same. Small enough for a ground that is a shade darker; the edges of
 * letters, which differ between releases of the font library, are told apart and left out.
 */
const THRESHOLD = 0.02;
/** Of all points: as many may differ. A letter of the text has some 40 of them, the smallest window 266,000. */
const SHARE = 0.0001;

const points = (picture) => sharp(picture).ensureAlpha().raw().toBuffer({ resolveWithObject: true });

/** Says how a picture differs from the approved one; null where it does not. `difference` is a picture of it. */
async function compare(approved, now) {
  const [before, after] = await Promise.all([points(approved), points(now)]);
  const { width, height } = before.info;
  if (width !== after.info.width || height !== after.info.height) {
    return { words: `it was ${width}×${height} and is ${after.info.width}×${after.info.height}` };
  }
  const drawn = Buffer.alloc(before.data.length);
  const different = pixelmatch(before.data, after.data, drawn, width, height, { threshold: THRESHOLD });
  const share = different / (width * height);
  if (share <= SHARE) return null;
  const difference = await sharp(drawn, { raw: { width, height, channels: 4 } }).png().toBuffer();
  return { words: `${different} points differ, ${(100 * share).toFixed(3)} %`, difference };
}

/** The fault of a picture (PNG) against the approved one of its name; null where it has none, or is approved now. */
export async function pictureFault(name, now) {
  const path = join(APPROVED, `${name}.webp`);
  const found = existsSync(path) ? await compare(path, now) : { words: "there is no approved picture" };
  if (found === null) return null;
  if (process.env["UPDATE_LOOKS"] === "1") {
    await keep(path, await sharp(now).webp({ lossless: true }).toBuffer());
    return null;
  }
  const shown = join(DIFFERENT, `${name}-now.png`);
  await keep(shown, now);
  const difference = join(DIFFERENT, `${name}-difference.png`);
  if (found.difference) await keep(difference, found.difference);
  const where = found.difference ? `${shown} and ${difference}` : shown;
  return `${name}: ${found.words}. Look at ${where}; UPDATE_LOOKS=1 approves what there is now.`;
}

async function keep(path, bytes) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
