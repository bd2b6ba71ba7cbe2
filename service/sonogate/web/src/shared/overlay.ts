// Where things that the report names in rectified pixels lie in the photo.

import type { Schemas } from "./api";

export type Point = readonly number[];
type Screen = Schemas["Screen"];

/**
 * Return the function that takes a rectified pixel to the photo, lens distortion included.
 * Coordinates count from pixel centres; SVG counts from the corner, hence the half pixel.
 */
export function projector(
  screen: Pick<Screen, "homography" | "distortion_k1">,
  [width, height]: readonly [number, number],
): (point: Point) => readonly [number, number] {
  const [a, b, c] = screen.homography as [number[], number[], number[]];
  const k1 = screen.distortion_k1 ?? 0;
  const centre = [(width - 1) / 2, (height - 1) / 2] as const;
  const half = Math.hypot(width, height) / 2;
  return ([x = 0, y = 0]) => {
    const w = c[0]! * x + c[1]! * y + c[2]!;
    const dx = ((a[0]! * x + a[1]! * y + a[2]!) / w - centre[0]) / half;
    const dy = ((b[0]! * x + b[1]! * y + b[2]!) / w - centre[1]) / half;
    const stretch = (1 + k1 * (dx * dx + dy * dy)) * half;
    return [centre[0] + dx * stretch + 0.5, centre[1] + dy * stretch + 0.5];
  };
}

/** Return points as SVG's `points` attribute has them. */
export function written(points: readonly Point[]): string {
  return points.map(([x = 0, y = 0]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
}
