// From the locator network's maps to a quad, as in sonogate/onnx/heatmaps.py: heat-map peaks
// tell which corner is which, the mask's straight sides place them.

import type { Rules } from "../guidance/rules";
import { eachCorner, middle, type Point, type Quad, signedArea, turn } from "./geometry";
import { maskOutline } from "./outline";
import { type Box, combined, fitSides, type Grid } from "./sides";

const WINDOW_CELLS = 2;
const PEAKS = 6;
const LEAST_AREA = 6;

interface Decoded {
  readonly corners: Quad;
  readonly overlap: number;
}

/**
 * Return the quad that corner heat maps and mask describe, in canvas cells; null where they
 * hold none.
 *
 * @param cornerLogits (4, height, width), one map a corner, in reading order.
 * @param maskLogits (height, width) of the display.
 * @param across Direction from the display's left to its right, for want of peaks.
 */
export function decode(
  cornerLogits: Float32Array,
  maskLogits: Float32Array,
  [width, height]: readonly [number, number],
  frame: Box,
  across: Point,
  rules: Rules,
): Quad | null {
  const plane = width * height;
  const heat = [0, 1, 2, 3].map((k) => {
    const values = softmax(cornerLogits.subarray(k * plane, (k + 1) * plane));
    return { values, width, height };
  });
  const mask: Grid = {
    values: maskLogits.map((logit) => 1 / (1 + Math.exp(-logit))),
    width,
    height,
  };
  const peaks = orderedPeaks(heat, rules);
  let best = peaks === null ? null : settled(heat, mask, peaks, frame);
  if (best === null || best.overlap < rules.doubtful_overlap) {
    // Corners out of sight leave no peaks: the mask's own shape may be the better guide.
    const outline = maskOutline(mask, across);
    const other =
      outline === null || !isConvex(outline) ? null : settled(heat, mask, outline, frame);
    if (other !== null && (best === null || other.overlap > best.overlap + rules.better_overlap)) {
      best = other;
    }
  }
  return best?.corners ?? null;
}

function softmax(logits: Float32Array): Float32Array {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** Move corners to where the mask's sides cross; null when no quad is left. */
function settled(heat: readonly Grid[], mask: Grid, corners: Quad, frame: Box): Decoded | null {
  const mass = heat.map((grid, k) => windowAt(grid, corners[k]!).mass);
  let quad = corners;
  for (let round = 0; round < 2; round += 1) {
    quad = combined(quad, mass, fitSides(mask, quad, frame), mask);
    if (!isConvex(quad)) return null;
  }
  return { corners: quad, overlap: overlapOf(mask, quad) };
}

/** Return the centroid and the mass of the cells around a place. */
function windowAt({ values, width, height }: Grid, place: Point): { at: Point; mass: number } {
  const [x, y] = [halfToEven(place[0]), halfToEven(place[1])];
  let [mass, sx, sy] = [0, 0, 0];
  for (
    let row = Math.max(y - WINDOW_CELLS, 0);
    row <= Math.min(y + WINDOW_CELLS, height - 1);
    row += 1
  ) {
    for (
      let column = Math.max(x - WINDOW_CELLS, 0);
      column <= Math.min(x + WINDOW_CELLS, width - 1);
      column += 1
    ) {
      const value = values[row * width + column]!;
      mass += value;
      sx += value * column;
      sy += value * row;
    }
  }
  return mass < 1e-9 ? { at: place, mass } : { at: [sx / mass, sy / mass], mass };
}

/** Return the best four peaks of all maps together, in the order that the maps say. */
function orderedPeaks(heat: readonly Grid[], rules: Rules): Quad | null {
  const { width, height } = heat[0]!;
  const total: Grid = {
    values: heat[0]!.values.map((_, at) => heat.reduce((sum, grid) => sum + grid.values[at]!, 0)),
    width,
    height,
  };
  const peaks = peaksOf(total, rules.least_peak);
  const belief = heat.map((grid) =>
    peaks.map((peak) => Math.log(windowAt(grid, peak).mass + 1e-4)),
  );
  let best: number[] | null = null;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const chosen of choices(peaks.length)) {
    const [cx, cy] = middle(eachCorner((k) => peaks[chosen[k]!]!));
    const angle = (index: number) => Math.atan2(peaks[index]![1] - cy, peaks[index]![0] - cx);
    const around = [...chosen].sort((a, b) => angle(a) - angle(b));
    if (!isConvex(eachCorner((k) => peaks[around[k]!]!))) continue;
    for (const step of [1, -1]) {
      for (let first = 0; first < 4; first += 1) {
        const order = [0, 1, 2, 3].map((k) => around[(first + step * k + 4) % 4]!);
        const sum = order.reduce((score, index, k) => score + belief[k]![index]!, 0);
        const score = sum + (step < 0 ? rules.mirrored_log_odds : 0);
        if (score > bestScore) [best, bestScore] = [order, score];
      }
    }
  }
  if (best === null) return null;
  const order = best;
  return eachCorner((k) => windowAt(heat[k]!, peaks[order[k]!]!).at);
}

function peaksOf(total: Grid, leastPeak: number): Point[] {
  const { width, height } = total;
  const remaining = total.values.slice();
  const peaks: Point[] = [];
  const reach = WINDOW_CELLS + 1;
  for (let k = 0; k < PEAKS; k += 1) {
    let highest = 0;
    for (let at = 1; at < remaining.length; at += 1) {
      if (remaining[at]! > remaining[highest]!) highest = at;
    }
    if (peaks.length >= 4 && remaining[highest]! < leastPeak) break;
    const [x, y] = [highest % width, Math.floor(highest / width)];
    peaks.push(windowAt(total, [x, y]).at);
    for (let row = Math.max(y - reach, 0); row <= Math.min(y + reach, height - 1); row += 1) {
      remaining.fill(
        0,
        row * width + Math.max(x - reach, 0),
        row * width + Math.min(x + reach + 1, width),
      );
    }
  }
  return peaks;
}

/** Return every choice of four of `count`. */
function choices(count: number): number[][] {
  const all: number[][] = [];
  for (let a = 0; a < count; a += 1)
    for (let b = a + 1; b < count; b += 1)
      for (let c = b + 1; c < count; c += 1)
        for (let d = c + 1; d < count; d += 1) all.push([a, b, c, d]);
  return all;
}

export function isConvex(quad: Quad): boolean {
  const turns = [0, 1, 2, 3].map((k) => turn(quad[k]!, quad[(k + 1) % 4]!, quad[(k + 2) % 4]!));
  const oneWay = turns.every((value) => value > 0) || turns.every((value) => value < 0);
  return oneWay && Math.abs(signedArea(quad)) > LEAST_AREA;
}

/** Return intersection over union of the mask above one half and the quad, on the canvas. */
function overlapOf({ values, width, height }: Grid, corners: Quad): number {
  const centre = middle(corners);
  const planes = [0, 1, 2, 3].map((k) => {
    const [start, end] = [corners[k]!, corners[(k + 1) % 4]!];
    const [nx, ny] = [start[1] - end[1], end[0] - start[0]];
    const sign = nx * (centre[0] - start[0]) + ny * (centre[1] - start[1]) > 0 ? 1 : -1;
    return { nx: sign * nx, ny: sign * ny, c: sign * (nx * start[0] + ny * start[1]) };
  });
  let [common, union] = [0, 0];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const within = planes.every(({ nx, ny, c }) => nx * x + ny * y - c >= 0);
      const shown = values[y * width + x]! >= 0.5;
      if (within && shown) common += 1;
      if (within || shown) union += 1;
    }
  }
  return union > 0 ? common / union : 0;
}

/** Round as Python does: halves to the even neighbour. */
function halfToEven(value: number): number {
  const below = Math.floor(value);
  const over = value - below;
  if (over !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
