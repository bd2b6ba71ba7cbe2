// What part of a frame the locator's network is shown, as in sonogate/onnx/views.py.

import {
  distance,
  eachCorner,
  homography,
  inverse,
  type Matrix,
  multiply,
  project,
  type Quad,
  type Size,
} from "./geometry";

const LONG_PX = 288;
const SHORT_PX = 224;
const MARGIN_PX = 64;
const STRIDE_PX = 4;
const OUTSIDE = 128;
const CLOSE_SHARE = 0.72;
const LEAST_SHRINK = 1.3;
const SLIVER = 1e-3;

const OFFSET = (MARGIN_PX + 0.5) / STRIDE_PX - 0.5;
/** Network input pixel → canvas cell, both counted from the centre of the first. */
export const CELLS: Matrix = [1 / STRIDE_PX, 0, OFFSET, 0, 1 / STRIDE_PX, OFFSET, 0, 0, 1];

/** A picture: RGBA, row by row, as a canvas gives it. */
export interface Frame {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

export interface View {
  /** Picture pixel → network input pixel. */
  readonly matrix: Matrix;
  readonly size: Size;
}

/** Return the view of a whole picture, centred with nothing cut off. */
export function wholeView([width, height]: Size): View {
  const size: Size = width >= height ? [LONG_PX, SHORT_PX] : [SHORT_PX, LONG_PX];
  const scale = Math.min(size[0] / width, size[1] / height);
  const x = 0.5 * scale - 0.5 + (size[0] - scale * width) / 2;
  const y = 0.5 * scale - 0.5 + (size[1] - scale * height) / 2;
  return { matrix: [scale, 0, x, 0, scale, y, 0, 0, 1], size };
}

/** Return the view that sets a quad upright in the middle; null for a degenerate quad. */
export function closeView(quad: Quad): View | null {
  const sides = eachCorner((k) => [distance(quad[(k + 1) % 4]!, quad[k]!), 0]).map(([s]) => s);
  const shape = (sides[0]! + sides[2]!) / Math.max(sides[1]! + sides[3]!, 1e-6);
  const aspect = Math.min(Math.max(shape, 0.4), 2.5);
  const size: Size = aspect >= 1 ? [LONG_PX, SHORT_PX] : [SHORT_PX, LONG_PX];
  const scale = CLOSE_SHARE * Math.min(size[0] / aspect, size[1]);
  const [x, y] = [(size[0] - 1) / 2, (size[1] - 1) / 2];
  const [halfX, halfY] = [(aspect * scale) / 2, scale / 2];
  const matrix = homography(quad, [
    [x - halfX, y - halfY],
    [x + halfX, y - halfY],
    [x + halfX, y + halfY],
    [x - halfX, y + halfY],
  ]);
  return matrix === null ? null : { matrix, size };
}

/** Return the box of the picture's corners on the canvas: left, top, right, bottom. */
export function frameInCells(
  [width, height]: Size,
  toCells: Matrix,
): [number, number, number, number] {
  const corners = [
    project(toCells, [-0.5, -0.5]),
    project(toCells, [width - 0.5, -0.5]),
    project(toCells, [width - 0.5, height - 0.5]),
    project(toCells, [-0.5, height - 0.5]),
  ];
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Return the view's pixels as the network takes them: (3, height, width), 0–1. */
export function seenIn(frame: Frame, view: View): Float32Array {
  const [width, height] = view.size;
  const back = inverse(view.matrix);
  const here = project(back, [width / 2, height / 2]);
  const right = project(back, [width / 2 + 1, height / 2]);
  const below = project(back, [width / 2, height / 2 + 1]);
  const [a, b] = [right[0] - here[0], right[1] - here[1]];
  const [c, d] = [below[0] - here[0], below[1] - here[1]];
  const step = Math.sqrt(Math.max(Math.abs(a * d - b * c), 1e-9));
  if (step <= LEAST_SHRINK) return warped(frame, view.matrix, view.size);
  const small = shrunk(
    frame,
    Math.max(8, Math.round(frame.width / step)),
    Math.max(8, Math.round(frame.height / step)),
  );
  const [sx, sy] = [frame.width / small.width, frame.height / small.height];
  const grow: Matrix = [sx, 0, 0.5 * sx - 0.5, 0, sy, 0.5 * sy - 0.5, 0, 0, 1];
  return warped(small, multiply(view.matrix, grow), view.size);
}

/**
 * How much of which pixels makes one pixel of a smaller line: start, and weights. Slivers are
 * left out and single precision is kept to as in OpenCV's INTER_AREA, so that levels halfway
 * between two fall to the same side.
 */
function shares(from: number, to: number): { start: number; weights: number[] }[] {
  const scale = from / to;
  return Array.from({ length: to }, (_, k) => {
    const [begin, end] = [k * scale, (k + 1) * scale];
    const cell = Math.min(scale, from - begin);
    const last = Math.min(Math.floor(end), from - 1);
    const first = Math.min(Math.ceil(begin), last);
    const partial = first - begin > SLIVER;
    const weights = partial ? [(first - begin) / cell] : [];
    for (let at = first; at < last; at += 1) weights.push(1 / cell);
    if (end - last > SLIVER) weights.push(Math.min(end - last, 1, cell) / cell);
    return { start: partial ? first - 1 : first, weights: weights.map(Math.fround) };
  });
}

/** Shrink a picture by areas. */
export function shrunk(frame: Frame, width: number, height: number): Frame {
  const across = shares(frame.width, width);
  const { fround } = Math;
  const rows = new Float32Array(frame.height * width * 3);
  for (let y = 0; y < frame.height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const { start, weights } = across[x]!;
      let red = 0;
      let green = 0;
      let blue = 0;
      let at = (y * frame.width + start) * 4;
      for (const weight of weights) {
        red = fround(red + fround(weight * frame.data[at]!));
        green = fround(green + fround(weight * frame.data[at + 1]!));
        blue = fround(blue + fround(weight * frame.data[at + 2]!));
        at += 4;
      }
      const to = (y * width + x) * 3;
      rows[to] = red;
      rows[to + 1] = green;
      rows[to + 2] = blue;
    }
  }
  // A clamped array rounds halves to even, as OpenCV does but where it halves both sides.
  const upwards = frame.width === 2 * width && frame.height === 2 * height ? 0.125 : 0;
  const data = new Uint8ClampedArray(width * height * 4);
  shares(frame.height, height).forEach(({ start, weights }, y) => {
    for (let x = 0; x < width; x += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = 0;
        for (let k = 0; k < weights.length; k += 1) {
          const row = rows[((start + k) * width + x) * 3 + channel]!;
          sum = fround(sum + fround(weights[k]! * row));
        }
        data[(y * width + x) * 4 + channel] = sum + upwards;
      }
    }
  });
  return { data, width, height };
}

/** Take a picture through a homography, linearly between pixels, grey outside of it. */
function warped(frame: Frame, matrix: Matrix, [width, height]: Size): Float32Array {
  const m = inverse(matrix);
  const { data, width: w, height: h } = frame;
  const plane = width * height;
  const seen = new Float32Array(3 * plane);
  const value = (x: number, y: number, channel: number): number =>
    x >= 0 && y >= 0 && x < w && y < h ? data[(y * w + x) * 4 + channel]! : OUTSIDE;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const scale = 1 / (m[6] * x + m[7] * y + m[8]);
      const px = (m[0] * x + m[1] * y + m[2]) * scale;
      const py = (m[3] * x + m[4] * y + m[5]) * scale;
      const x0 = Math.floor(px);
      const y0 = Math.floor(py);
      const fx = px - x0;
      const fy = py - y0;
      const inside = x0 >= 0 && y0 >= 0 && x0 + 1 < w && y0 + 1 < h;
      let at = (y0 * w + x0) * 4;
      for (let channel = 0; channel < 3; channel += 1, at += 1) {
        const upper = inside
          ? data[at]! * (1 - fx) + data[at + 4]! * fx
          : value(x0, y0, channel) * (1 - fx) + value(x0 + 1, y0, channel) * fx;
        const lower = inside
          ? data[at + 4 * w]! * (1 - fx) + data[at + 4 * w + 4]! * fx
          : value(x0, y0 + 1, channel) * (1 - fx) + value(x0 + 1, y0 + 1, channel) * fx;
        const level = Math.round(upper * (1 - fy) + lower * fy);
        seen[channel * plane + y * width + x] = level / 255;
      }
    }
  }
  return seen;
}
