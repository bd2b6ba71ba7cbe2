// The display's shape and tilt from its corners, as `pose` of sonogate/screen/geometry.py
// (Zhang & He, "Whiteboard scanning and image enhancement", 2007).

import { eachCorner, homography, type Quad, type Size, UNIT_SQUARE } from "../locator/geometry";

const FILM_DIAGONAL_MM = Math.hypot(36, 24);
const USUAL_FOCAL_DIAGONALS = 30 / FILM_DIAGONAL_MM;
const USUAL_FOCAL_LOG_SD = 0.3;
const RIGHT_ANGLE_SD = 0.004;
const USUAL_ASPECT_LOG_SD = 0.006;
const OTHER_ASPECT_COST = 6;
const FOCALS = 121;
const [LEAST_FOCAL, MOST_FOCAL] = [Math.log(0.25), Math.log(6)];

export interface Pose {
  /** Width of the display divided by its height. */
  readonly aspect: number;
  /** Angle between the camera's axis and the display's normal, degrees. */
  readonly tiltDeg: number;
}

/** Return the pose; null for degenerate corners. */
export function poseOf(
  corners: Quad,
  [width, height]: Size,
  usualAspects: readonly number[],
): Pose | null {
  const half = 0.5 * Math.hypot(width, height);
  const centred = eachCorner((k) => [
    (corners[k]![0] - (width - 1) / 2) / half,
    (corners[k]![1] - (height - 1) / 2) / half,
  ]);
  const m = homography(UNIT_SQUARE, centred);
  if (m === null) return null;
  const [across, down] = [
    [m[0], m[3], m[6]],
    [m[1], m[4], m[7]],
  ] as const;
  const flat = across[0] * down[0] + across[1] * down[1];
  let least = Number.POSITIVE_INFINITY;
  let best = { aspect: 1, tiltDeg: 0 };
  for (let k = 0; k < FOCALS; k += 1) {
    const log = LEAST_FOCAL + ((MOST_FOCAL - LEAST_FOCAL) * k) / (FOCALS - 1);
    const focal = 2 * Math.exp(log);
    const weight = 1 / (focal * focal);
    const across2 = (across[0] ** 2 + across[1] ** 2) * weight + across[2] ** 2;
    const down2 = (down[0] ** 2 + down[1] ** 2) * weight + down[2] ** 2;
    const cosine = (flat * weight + across[2] * down[2]) / Math.sqrt(across2 * down2);
    const aspect = Math.sqrt(across2 / down2);
    let unusual = OTHER_ASPECT_COST;
    for (const usual of usualAspects) {
      const away = (Math.log(aspect) - Math.log(usual)) / USUAL_ASPECT_LOG_SD;
      unusual = Math.min(unusual, away * away);
    }
    const cost =
      (cosine / RIGHT_ANGLE_SD) ** 2 +
      ((log - Math.log(USUAL_FOCAL_DIAGONALS)) / USUAL_FOCAL_LOG_SD) ** 2 +
      unusual;
    if (cost >= least) continue;
    least = cost;
    best = { aspect, tiltDeg: tilt(across, down, focal) };
  }
  return best;
}

type Axis = readonly [number, number, number];

/** The normal is the cross product of the two sides' directions in space. */
function tilt(across: Axis, down: Axis, focal: number): number {
  const [ax, ay, az] = [across[0] / focal, across[1] / focal, across[2]];
  const [dx, dy, dz] = [down[0] / focal, down[1] / focal, down[2]];
  const normal = [ay * dz - az * dy, az * dx - ax * dz, ax * dy - ay * dx] as const;
  const length = Math.hypot(...normal);
  return (Math.acos(Math.min(Math.abs(normal[2]) / length, 1)) * 180) / Math.PI;
}
