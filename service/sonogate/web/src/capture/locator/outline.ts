// The mask's own shape as a quad, for displays whose corners are out of sight.

import { eachCorner, middle, type Point, type Quad, signedArea, turn } from "./geometry";
import type { Grid } from "./sides";

const LEAST_CELLS = 12;

/** Return four corners around the mask's largest part, the one read first in front. */
export function maskOutline(mask: Grid, across: Point): Quad | null {
  const cells = largestPart(mask);
  const hull = convexHull(cells);
  if (hull.length < 4 || Math.abs(signedArea(hull)) < LEAST_CELLS) return null;
  const around = fourCorners(hull);
  if (around === null) return null;
  const [x, y] = middle(around);
  const ring = [...around].sort(
    (a, b) => Math.atan2(a[1] - y, a[0] - x) - Math.atan2(b[1] - y, b[0] - x),
  );
  const rightward = (quad: Quad) =>
    (quad[1][0] - quad[0][0] + quad[2][0] - quad[3][0]) * across[0] +
    (quad[1][1] - quad[0][1] + quad[2][1] - quad[3][1]) * across[1];
  const turned = [0, 1, 2, 3].map((first) => eachCorner((k) => ring[(k + first) % 4]!));
  return turned.reduce((best, quad) => (rightward(quad) > rightward(best) ? quad : best));
}

/** Return the cells of the largest 8-connected part above one half. */
function largestPart({ values, width, height }: Grid): Point[] {
  const seen = new Uint8Array(values.length);
  let largest: Point[] = [];
  for (let start = 0; start < values.length; start += 1) {
    if (seen[start] || values[start]! < 0.5) continue;
    const part: Point[] = [];
    const open = [start];
    seen[start] = 1;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const [x, y] = [at % width, Math.floor(at / width)];
      part.push([x, y]);
      for (let ny = Math.max(y - 1, 0); ny <= Math.min(y + 1, height - 1); ny += 1) {
        for (let nx = Math.max(x - 1, 0); nx <= Math.min(x + 1, width - 1); nx += 1) {
          const next = ny * width + nx;
          if (seen[next] || values[next]! < 0.5) continue;
          seen[next] = 1;
          open.push(next);
        }
      }
    }
    if (part.length > largest.length) largest = part;
  }
  return largest;
}

/** Return the convex hull, clockwise on the screen (Andrew's monotone chain). */
function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const chain = (ordered: readonly Point[]): Point[] => {
    const kept: Point[] = [];
    for (const point of ordered) {
      while (kept.length > 1 && turn(kept.at(-2)!, kept.at(-1)!, point) <= 0) kept.pop();
      kept.push(point);
    }
    kept.pop();
    return kept;
  };
  return [...chain(sorted), ...chain(sorted.reverse())];
}

/**
 * Return the quad around a hull that greedily adds the least area: a side gives way to the
 * crossing of its neighbours (as OpenCV's approxPolyN).
 */
function fourCorners(hull: readonly Point[]): Quad | null {
  const ring = [...hull];
  while (ring.length > 4) {
    let least = Number.POSITIVE_INFINITY;
    let chosen = -1;
    let corner: Point = [0, 0];
    ring.forEach((_, k) => {
      const at = (step: number) => ring[(k + step + ring.length) % ring.length]!;
      const added = crossing(at(-1), at(0), at(1), at(2));
      if (added === null || added.area >= least) return;
      least = added.area;
      chosen = k;
      corner = added.corner;
    });
    if (chosen < 0) return null;
    ring[chosen] = corner;
    ring.splice((chosen + 1) % ring.length, 1);
  }
  if (ring.length !== 4) return null;
  return eachCorner((k) => [Math.round(ring[k]![0]), Math.round(ring[k]![1])]);
}

/** Return where the sides ab and dc, drawn on, meet beyond bc, and the area of that triangle. */
function crossing(a: Point, b: Point, c: Point, d: Point): { area: number; corner: Point } | null {
  const [ux, uy] = [b[0] - a[0], b[1] - a[1]];
  const [vx, vy] = [c[0] - d[0], c[1] - d[1]];
  const det = ux * vy - uy * vx;
  if (Math.abs(det) < 1e-9) return null;
  const share = ((c[0] - b[0]) * vy - (c[1] - b[1]) * vx) / det;
  const other = ((c[0] - b[0]) * uy - (c[1] - b[1]) * ux) / det;
  if (share < 0 || other < 0) return null;
  // In single precision, as OpenCV's: it decides where halves are rounded to.
  const corner: Point = [Math.fround(b[0] + share * ux), Math.fround(b[1] + share * uy)];
  return { area: Math.abs(signedArea([b, corner, c])), corner };
}
