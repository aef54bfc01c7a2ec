// Where something small goes that belongs to a place in the text.
// Invariant: it is within the window wherever that is possible, and does not cover the place while there is room beside it.

interface Box {
  left: number;
  top: number;
  bottom: number;
  width: number;
}
interface Size {
  width: number;
  height: number;
}

/**
 * Left and top, in pixels of the window, of a box of `size` below `mark`, or above it where there is more room; it begins
 * no further left than `edge`, that of the text, unless there is no room for it then.
 */
export function place(mark: Box, size: Size, window: Size, gap: number, edge = gap): { left: number; top: number } {
  const middle = mark.left + mark.width / 2 - size.width / 2;
  const left = Math.max(gap, Math.min(Math.max(middle, edge), window.width - size.width - gap));
  const below = mark.bottom + gap;
  const above = mark.top - gap - size.height;
  const fitsBelow = below + size.height + gap <= window.height;
  const top = fitsBelow || mark.top < window.height - mark.bottom ? below : Math.max(gap, above);
  return { left, top };
}
