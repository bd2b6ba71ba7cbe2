// The mask's straight sides, as in sonogate/onnx/sides.py: a side followed over its whole
// length places a corner more finely than its peak does.

import { distance, eachCorner, middle, type Point, type Quad } from "./geometry";

const SIDE_SAMPLES = 48;
const REACH_CELLS = 5;
const OUTSIDE_WEIGHT = 0.15;
const REWEIGHTINGS = 5;

/** A map on the canvas, row by row. */
export interface Grid {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** a x + b y = c, and whether the mask's border bears it out. */
export interface Side {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly found: boolean;
}
export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** Fit a line to the mask's border along each side of a quad. */
export function fitSides(mask: Grid, corners: Quad, frame: Box): Side[] {
  const centre = middle(corners);
  return [0, 1, 2, 3].map((k) => {
    const [start, end] = [corners[k]!, corners[(k + 1) % 4]!];
    const length = distance(start, end);
    let nx = (end[1] - start[1]) / Math.max(length, 1e-6);
    let ny = (start[0] - end[0]) / Math.max(length, 1e-6);
    if (nx * (centre[0] - start[0]) + ny * (centre[1] - start[1]) > 0) [nx, ny] = [-nx, -ny];
    const straight = { a: nx, b: ny, c: nx * start[0] + ny * start[1], found: false };
    const border = borderOf(mask, start, end, [nx, ny], frame);
    if (border.length < 6 || length < 3) return straight;
    const line = robustLine(border, [nx, ny]);
    return Math.abs(line.a * nx + line.b * ny) < 0.9 ? straight : line;
  });
}

interface BorderPoint {
  readonly at: Point;
  readonly weight: number;
}

/** Return where the mask falls through one half near a side, and how much each counts. */
function borderOf(
  mask: Grid,
  start: Point,
  end: Point,
  normal: Point,
  [left, top, right, bottom]: Box,
): BorderPoint[] {
  const found: BorderPoint[] = [];
  const steps = REACH_CELLS * 4;
  for (let k = 0; k < SIDE_SAMPLES; k += 1) {
    const along = 0.06 + (0.88 * k) / (SIDE_SAMPLES - 1);
    const x = start[0] + (end[0] - start[0]) * along;
    const y = start[1] + (end[1] - start[1]) * along;
    let nearest = Number.POSITIVE_INFINITY;
    let offset = 0;
    let fall = 0;
    let before = sample(mask, x - REACH_CELLS * normal[0], y - REACH_CELLS * normal[1]);
    for (let step = 0; step < steps; step += 1) {
      const from = -REACH_CELLS + step / 2;
      const next = from + 0.5;
      const after = sample(mask, x + next * normal[0], y + next * normal[1]);
      if (before >= 0.5 && after < 0.5 && Math.abs(from + 0.25) < nearest) {
        nearest = Math.abs(from + 0.25);
        fall = before - after;
        offset = from + (0.5 * (before - 0.5)) / Math.max(fall, 1e-6);
      }
      before = after;
    }
    if (nearest === Number.POSITIVE_INFINITY) continue;
    const at: Point = [x + offset * normal[0], y + offset * normal[1]];
    const within = at[0] > left && at[0] < right && at[1] > top && at[1] < bottom;
    const steep = Math.min(Math.max(fall * 2, 0.1), 1);
    found.push({ at, weight: (within ? 1 : OUTSIDE_WEIGHT) * steep });
  }
  return found;
}

/** Return a map's value between its cells; beyond its edge, the edge's. */
function sample({ values, width, height }: Grid, x: number, y: number): number {
  const px = Math.min(Math.max(x, 0), width - 1);
  const py = Math.min(Math.max(y, 0), height - 1);
  const x0 = Math.min(Math.floor(px), width - 2);
  const y0 = Math.min(Math.floor(py), height - 2);
  const [fx, fy] = [px - x0, py - y0];
  const at = y0 * width + x0;
  const upper = values[at]! * (1 - fx) + values[at + 1]! * fx;
  const lower = values[at + width]! * (1 - fx) + values[at + width + 1]! * fx;
  return upper * (1 - fy) + lower * fy;
}

/** Fit a line by iteratively reweighted total least squares (Huber). */
function robustLine(border: readonly BorderPoint[], normal: Point): Side {
  let current = border.map(({ weight }) => weight);
  let line: Side = { a: normal[0], b: normal[1], c: 0, found: true };
  for (let round = 0; round < REWEIGHTINGS; round += 1) {
    let [sum, sx, sy] = [0, 0, 0];
    border.forEach(({ at }, k) => {
      sum += current[k]!;
      sx += at[0] * current[k]!;
      sy += at[1] * current[k]!;
    });
    const [cx, cy] = [sx / sum, sy / sum];
    let [xx, xy, yy] = [0, 0, 0];
    border.forEach(({ at }, k) => {
      const [dx, dy] = [at[0] - cx, at[1] - cy];
      xx += dx * dx * current[k]!;
      xy += dx * dy * current[k]!;
      yy += dy * dy * current[k]!;
    });
    // The direction of least spread is across the line.
    const angle = 0.5 * Math.atan2(2 * xy, xx - yy);
    let [a, b] = [-Math.sin(angle), Math.cos(angle)];
    if (a * normal[0] + b * normal[1] < 0) [a, b] = [-a, -b];
    line = { a, b, c: a * cx + b * cy, found: true };
    const away = border.map(({ at }) => Math.abs(at[0] * line.a + at[1] * line.b - line.c));
    const scale = Math.max(median(away) * 1.5, 0.05);
    current = border.map(({ weight }, k) => weight * Math.min(1, scale / Math.max(away[k]!, 1e-6)));
  }
  return line;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Return corners between the peaks and the sides' crossings, by what each is worth. */
export function combined(
  corners: Quad,
  mass: readonly number[],
  sides: readonly Side[],
  { width, height }: Grid,
): Quad {
  return eachCorner((k) => {
    const corner = corners[k]!;
    const [here, before] = [sides[k]!, sides[(k + 3) % 4]!];
    if (here.found !== before.found) {
      // One side is out of sight: the other still says on which line the corner is.
      const { a, b, c } = here.found ? here : before;
      const off = a * corner[0] + b * corner[1] - c;
      return [corner[0] - off * a, corner[1] - off * b];
    }
    if (!here.found) return corner;
    const det = before.a * here.b - before.b * here.a;
    if (Math.abs(det) < 0.2) return corner;
    const crossing: Point = [
      (before.c * here.b - before.b * here.c) / det,
      (before.a * here.c - before.c * here.a) / det,
    ];
    const inside = corner[0] >= 0 && corner[0] < width && corner[1] >= 0 && corner[1] < height;
    const trust = inside ? mass[k]! : 0;
    if (distance(crossing, corner) > 4 && trust > 0.6) return corner;
    return [
      crossing[0] + (corner[0] - crossing[0]) * 0.4 * trust,
      crossing[1] + (corner[1] - crossing[1]) * 0.4 * trust,
    ];
  });
}
