// Quick measures of the display in a frame, as in sonogate/guidance/measures.py.

import type { Schemas } from "../../shared/api";
import {
  homography,
  type Matrix,
  type Quad,
  signedArea,
  UNIT_SQUARE,
  visibleFraction,
} from "../locator/geometry";
import type { Frame } from "../locator/views";
import { poseOf } from "./pose";
import type { Rules } from "./rules";

const SATURATED = 250;
const BLUR_REACH = 4;
export const PARTS = 12;
const STEP = 2;
const LEAST_PIXELS = 8;
const UNKNOWN_GRID_HEIGHT_PX = 768;

export type FrameMeasures = Schemas["FrameMeasures"];

export interface Seen {
  readonly measures: FrameMeasures;
  /** 12 × 12 parts of the display, row by row: 1 where light is reflected. */
  readonly reflected: Uint8Array;
}

/**
 * Measure the display in a frame; null for degenerate corners.
 *
 * @param stillScale Pixels of the photo to come per pixel of the frame.
 */
export function measure(
  frame: Frame,
  corners: Quad,
  stillScale: number,
  rules: Rules,
): Seen | null {
  const usual = rules.formats_wh.map(([width, height]) => width / height);
  const pose = poseOf(corners, [frame.width, frame.height], usual);
  const inward = homography(corners, UNIT_SQUARE);
  if (pose === null || inward === null) return null;
  const [gridWidth, gridHeight] = gridOf(pose.aspect, rules);
  const box = boxOf(corners, frame);
  const light = lightOf(frame, inward, box);
  const { reflected, share } = reflectedParts(light.darkest, rules);
  const area = Math.abs(signedArea(corners));
  return {
    reflected,
    measures: {
      sampling: stillScale * Math.sqrt(area / (gridWidth * gridHeight)),
      tilt_deg: pose.tiltDeg,
      visible_pct: 100 * visibleFraction(corners, [frame.width, frame.height]),
      reflected_pct: 100 * share,
      saturated_pct: light.saturatedPct,
      white: light.white,
      blur: blurOf(frame, box),
    },
  };
}

/** Return the commonest display grid of a shape, or one made up where none has it. */
function gridOf(aspect: number, rules: Rules): readonly [number, number] {
  let [best, least, rounded] = [0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  rules.formats_wh.forEach(([width, height], k) => {
    const error = Math.abs(Math.log((aspect * height) / width));
    const thousandths = Math.round(error * 1000);
    if (thousandths < rounded) [best, least, rounded] = [k, error, thousandths];
  });
  if (least <= rules.format_tolerance) {
    const [width, height] = rules.formats_wh[best]!;
    return [width, height];
  }
  return [UNKNOWN_GRID_HEIGHT_PX * Math.min(Math.max(aspect, 0.1), 10), UNKNOWN_GRID_HEIGHT_PX];
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function boxOf(corners: Quad, { width, height }: Frame): Box {
  const xs = corners.map(([x]) => Math.min(Math.max(x, 0), width));
  const ys = corners.map(([, y]) => Math.min(Math.max(y, 0), height));
  return {
    left: Math.floor(Math.min(...xs)),
    top: Math.floor(Math.min(...ys)),
    right: Math.ceil(Math.max(...xs)),
    bottom: Math.ceil(Math.max(...ys)),
  };
}

/** ITU-R BT.601 in whole numbers. */
function luma(data: Uint8ClampedArray, at: number): number {
  return (77 * data[at]! + 150 * data[at + 1]! + 29 * data[at + 2]!) >> 8;
}

interface Light {
  readonly saturatedPct: number;
  readonly white: number;
  /** Luma that the darkest tenth of each part is at most; −1 out of sight. */
  readonly darkest: Int16Array;
}

function lightOf(frame: Frame, m: Matrix, box: Box): Light {
  const counts = new Uint32Array(PARTS * PARTS * 256);
  let [total, saturated] = [0, 0];
  for (let y = box.top; y < box.bottom; y += STEP) {
    for (let x = box.left; x < box.right; x += STEP) {
      const w = m[6] * x + m[7] * y + m[8];
      const u = (m[0] * x + m[1] * y + m[2]) / w;
      const v = (m[3] * x + m[4] * y + m[5]) / w;
      if (!(u >= 0 && u < 1 && v >= 0 && v < 1)) continue;
      const at = (y * frame.width + x) * 4;
      const [red, green, blue] = [frame.data[at]!, frame.data[at + 1]!, frame.data[at + 2]!];
      if (red >= SATURATED && green >= SATURATED && blue >= SATURATED) saturated += 1;
      const part = Math.floor(v * PARTS) * PARTS + Math.floor(u * PARTS);
      counts[part * 256 + luma(frame.data, at)]! += 1;
      total += 1;
    }
  }
  const darkest = Int16Array.from({ length: PARTS * PARTS }, (_, part) =>
    darkestTenth(counts.subarray(part * 256, part * 256 + 256)),
  );
  if (total === 0) return { saturatedPct: 0, white: 0, darkest };
  let white = 255;
  for (let above = 0; ; white -= 1) {
    for (let part = 0; part < PARTS * PARTS; part += 1) above += counts[part * 256 + white]!;
    if (above * 100 >= total) break;
  }
  return { saturatedPct: (100 * saturated) / total, white, darkest };
}

function darkestTenth(counts: Uint32Array): number {
  const total = counts.reduce((a, b) => a + b, 0);
  if (total < LEAST_PIXELS) return -1;
  let below = 0;
  return counts.findIndex((count) => {
    below += count;
    return below * 10 >= total;
  });
}

/** Return which parts are bright throughout while most are not, and their share. */
function reflectedParts(
  darkest: Int16Array,
  rules: Rules,
): { reflected: Uint8Array; share: number } {
  const visible = darkest.filter((luma) => luma >= 0).sort();
  const reflected = new Uint8Array(darkest.length);
  if (visible.length === 0) return { reflected, share: 0 };
  const most = visible[visible.length >> 1]!;
  const least = Math.max(rules.glare_luma, most + rules.glare_rise);
  darkest.forEach((luma, part) => {
    if (luma >= least) reflected[part] = 1;
  });
  return { reflected, share: reflected.reduce((a, b) => a + b, 0) / visible.length };
}

/**
 * Return how little a picture loses when it is blurred again, the worse of two directions
 * (Crété, Dolmiere, Ladret & Nicolas, "The blur effect", SPIE 6492, 2007).
 */
function blurOf(frame: Frame, box: Box): number {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const values = new Int32Array(Math.max(width * height, 0));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = ((box.top + y) * frame.width + box.left + x) * 4;
      values[y * width + x] = luma(frame.data, at);
    }
  }
  return Math.max(
    blurAlong(values, height, width, width, 1),
    blurAlong(values, width, height, 1, width),
  );
}

/** Blur along lines of `length` values that are `step` apart. */
function blurAlong(
  values: Int32Array,
  lines: number,
  length: number,
  nextLine: number,
  step: number,
): number {
  const span = 2 * BLUR_REACH + 1;
  if (lines < 1 || length <= span + 1) return 1;
  let [total, kept] = [0, 0];
  for (let line = 0; line < lines; line += 1) {
    const start = line * nextLine;
    const value = (k: number) => values[start + k * step]!;
    for (let k = BLUR_REACH; k + 1 < length - BLUR_REACH; k += 1) {
      const sharp = Math.abs(value(k + 1) - value(k)) * span;
      // Two neighbouring sums differ by what enters and what leaves.
      const soft = Math.abs(value(k + 1 + BLUR_REACH) - value(k - BLUR_REACH));
      total += sharp;
      kept += Math.max(sharp - soft, 0);
    }
  }
  return total === 0 ? 1 : 1 - kept / total;
}

/** Return the blur of a whole picture, 0–1. */
export function measureBlur(frame: Frame): number {
  return blurOf(frame, { left: 0, top: 0, right: frame.width, bottom: frame.height });
}
