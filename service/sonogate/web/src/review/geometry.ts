// Rectangles in shares of the picture, and as the polygons in pixels that the service takes.

import type { AddedMask } from "./client";

/** Measures whose places the page can show, worst where they shine. */
export const HEAT_LAYERS = ["glare", "sharpness", "moire", "exposure"] as const;
export type HeatLayer = (typeof HEAT_LAYERS)[number];

export type MaskKind = NonNullable<AddedMask["kind"]>;
export const MASK_KINDS: readonly MaskKind[] = [
  "name",
  "number",
  "date",
  "institution",
  "text",
  "face",
];

/** A rectangle, 0 to 1 of the picture's sides. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
  kind: MaskKind;
}

/** What is smaller was a slip of the finger. */
export const LEAST_SHARE = 0.004;

/** Return the rectangle between two corners. */
export function boxOf(a: readonly [number, number], b: readonly [number, number]): Box {
  return {
    left: Math.min(a[0], b[0]),
    top: Math.min(a[1], b[1]),
    width: Math.abs(a[0] - b[0]),
    height: Math.abs(a[1] - b[1]),
    kind: "text",
  };
}

/** Return a rectangle as a polygon in pixels: a pixel spans half a pixel around its centre. */
export function maskOf(box: Box, [width, height]: readonly [number, number]): AddedMask {
  const x0 = box.left * width - 0.5;
  const y0 = box.top * height - 0.5;
  const x1 = (box.left + box.width) * width - 0.5;
  const y1 = (box.top + box.height) * height - 0.5;
  return {
    kind: box.kind,
    polygon: [
      [x0, y0],
      [x1, y0],
      [x1, y1],
      [x0, y1],
    ],
  };
}
