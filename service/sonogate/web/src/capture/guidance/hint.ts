// The one thing to do better, as in sonogate/guidance/hint.py.

import { distance, type Quad, type Size } from "../locator/geometry";
import type { Glance } from "../locator/glance";
import type { Frame } from "../locator/views";
import { type FrameMeasures, measure, PARTS, type Seen } from "./measures";
import type { Rules } from "./rules";

export type HintCode =
  | "no_screen"
  | "no_scan_area"
  | "too_far"
  | "cut_off"
  | "off_angle"
  | "glare"
  | "blur_focus"
  | "blur_motion"
  | "too_dark"
  | "too_bright";

export interface Hint {
  readonly code: HintCode;
  /** Where it lies or which way to move; null when that cannot be told. */
  readonly place: string | null;
}

export interface Guidance {
  readonly corners: Quad | null;
  readonly measures: FrameMeasures | null;
  /** Null when the frame is good. */
  readonly hint: Hint | null;
}

const PLACES = [
  ["upper left", "top", "upper right"],
  ["left", "centre", "right"],
  ["lower left", "bottom", "lower right"],
] as const;
const NO_SCREEN: Guidance = {
  corners: null,
  measures: null,
  hint: { code: "no_screen", place: null },
};

/** Measure a frame and choose the hint. */
export function guide(
  frame: Frame,
  glance: Glance | null,
  stillScale: number,
  rules: Rules,
): Guidance {
  if (glance === null || glance.presence < rules.least_presence) return NO_SCREEN;
  const seen = measure(frame, glance.corners, stillScale, rules);
  if (seen === null) return NO_SCREEN;
  const hint = chooseHint(glance, seen, [frame.width, frame.height], rules);
  return { corners: glance.corners, measures: seen.measures, hint };
}

/** Return the first fault; a new position changes all else, so geometry comes first. */
function chooseHint(glance: Glance, seen: Seen, size: Size, rules: Rules): Hint | null {
  const { measures } = seen;
  const side = edgeSide(glance.corners, size, rules.edge_margin);
  if (measures.visible_pct < rules.min_visible_pct || side !== "none") {
    return { code: "cut_off", place: side === "none" ? null : side };
  }
  if (measures.tilt_deg > rules.max_tilt_deg) {
    return { code: "off_angle", place: farSide(glance.corners, rules.side_ratio) };
  }
  if (measures.sampling < rules.min_sampling) return { code: "too_far", place: null };
  if (glance.ultrasound < rules.min_ultrasound) return { code: "no_scan_area", place: null };
  if (measures.white < rules.min_white) return { code: "too_dark", place: null };
  if (measures.saturated_pct > rules.flooded_pct) return { code: "too_bright", place: null };
  if (measures.reflected_pct > rules.max_reflected_pct) {
    return { code: "glare", place: placeOf(seen.reflected, rules.place_share) };
  }
  if (measures.blur > rules.max_blur) return { code: "blur_focus", place: null };
  return null;
}

function placeAt(row: number, column: number): string {
  return PLACES[row]![column]!;
}

/** Return which way to move so that all corners come off the frame's edge. */
function edgeSide(corners: Quad, [width, height]: Size, margin: number): string | null {
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const left = Math.min(...xs) <= margin * width - 0.5;
  const right = Math.max(...xs) >= (1 - margin) * width - 0.5;
  const top = Math.min(...ys) <= margin * height - 0.5;
  const bottom = Math.max(...ys) >= (1 - margin) * height - 0.5;
  if (!(left || right || top || bottom)) return "none";
  if ((left && right) || (top && bottom)) return null;
  return placeAt(1 + Number(bottom) - Number(top), 1 + Number(right) - Number(left));
}

/** Return the side of the display farther from the camera; null when none stands out. */
function farSide(corners: Quad, sideRatio: number): string | null {
  const [top, right, bottom, left] = [0, 1, 2, 3].map((k) =>
    distance(corners[(k + 1) % 4]!, corners[k]!),
  ) as [number, number, number, number];
  if (Math.min(top, right, bottom, left) <= 0) return null;
  const [across, down] = [Math.log(left / right), Math.log(top / bottom)];
  const strongest = Math.max(Math.abs(across), Math.abs(down));
  if (strongest < sideRatio) return null;
  const least = Math.max(sideRatio, 0.5 * strongest);
  const towards = (value: number) => (Math.abs(value) < least ? 0 : value > 0 ? 1 : -1);
  return placeAt(1 + towards(down), 1 + towards(across));
}

/** Return where on the display most parts reflect; null when they do so everywhere. */
function placeOf(reflected: Uint8Array, everywhereShare: number): string | null {
  const count = reflected.reduce((a, b) => a + b, 0);
  if (count === 0 || count / reflected.length > everywhereShare) return null;
  const sums = new Array<number>(9).fill(0);
  reflected.forEach((value, part) => {
    const [row, column] = [Math.floor(part / PARTS), part % PARTS];
    const third = PARTS / 3;
    sums[Math.floor(row / third) * 3 + Math.floor(column / third)]! += value;
  });
  const most = sums.indexOf(Math.max(...sums));
  return placeAt(Math.floor(most / 3), most % 3);
}
