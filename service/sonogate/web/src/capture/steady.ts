// One hint at a time, long enough to be read; the shutter goes after a steady good second.

import type { Guidance, Hint } from "./guidance/hint";
import { distance, type Quad } from "./locator/geometry";

export interface Timing {
  readonly dwell_s: number;
  readonly steady_s: number;
  readonly help_s: number;
  readonly max_motion: number;
}

/** What the page shows of all frames so far. */
export interface Shown {
  readonly corners: Quad | null;
  /** Null where all is good. */
  readonly hint: Hint | null;
  /** Share of the steady second that has passed, 0–1; at 1 the shutter may go. */
  readonly progress: number;
  /** Whether more help should be offered. */
  readonly needsHelp: boolean;
  /** Whether the hand shook lately. */
  readonly shaking: boolean;
}

interface Seen {
  readonly corners: Quad;
  readonly at: number;
}

/** Follows a camera's frames. Times are seconds. */
export class Steadiness {
  private hint: Hint | null = { code: "no_screen", place: null };
  private hintSince = Number.NEGATIVE_INFINITY;
  private goodSince: number | null = null;
  private last: Seen | null = null;
  private shookAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly timing: Timing,
    private helpFrom: number,
  ) {}

  /** Take one frame in. */
  next({ corners, hint }: Guidance, now: number): Shown {
    const shaking = corners !== null && this.shakes(corners, now);
    if (shaking) this.shookAt = now;
    this.last = corners === null ? null : { corners, at: now };
    const wanted: Hint | null = hint ?? (shaking ? { code: "blur_motion", place: null } : null);
    if (wanted !== null) this.goodSince = null;
    else this.goodSince ??= now;
    const settled = now - this.hintSince >= this.timing.dwell_s;
    if (wanted?.code === this.hint?.code || settled) {
      if (wanted?.code !== this.hint?.code) this.hintSince = now;
      this.hint = wanted;
    }
    if (this.hint === null) this.helpFrom = now;
    const good = this.goodSince === null || this.hint !== null ? 0 : now - this.goodSince;
    return {
      corners,
      hint: this.hint,
      progress: Math.min(good / this.timing.steady_s, 1),
      needsHelp: now - this.helpFrom > this.timing.help_s,
      shaking: now - this.shookAt < 2 * this.timing.steady_s,
    };
  }

  /** Motion of the corners between two frames, as a share of the diagonal a second. */
  private shakes(corners: Quad, now: number): boolean {
    if (this.last === null || now <= this.last.at) return false;
    const { corners: before, at } = this.last;
    const diagonal = 0.5 * (distance(corners[0], corners[2]) + distance(corners[1], corners[3]));
    const moved = corners.reduce((sum, corner, k) => sum + distance(corner, before[k]!), 0) / 4;
    return moved / Math.max(diagonal, 1) / (now - at) > this.timing.max_motion;
  }
}
