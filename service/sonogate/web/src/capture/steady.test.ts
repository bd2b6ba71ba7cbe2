import { describe, expect, it } from "vitest";
import type { Guidance, HintCode } from "./guidance/hint";
import type { Quad } from "./locator/geometry";
import { Steadiness } from "./steady";

const TIMING = { dwell_s: 0.8, steady_s: 1, help_s: 20, max_motion: 0.06 };
const QUAD: Quad = [
  [0, 0],
  [400, 0],
  [400, 300],
  [0, 300],
];
const seen = (code: HintCode | null, corners: Quad = QUAD): Guidance => ({
  corners,
  measures: null,
  hint: code === null ? null : { code, place: null },
});
const moved = (by: number): Quad => QUAD.map(([x, y]) => [x + by, y]) as unknown as Quad;

describe("hints", () => {
  it("stay long enough to be read", () => {
    const steadiness = new Steadiness(TIMING, 0);
    expect(steadiness.next(seen("too_far"), 1).hint?.code).toBe("too_far");
    expect(steadiness.next(seen("glare"), 1.2).hint?.code).toBe("too_far");
    expect(steadiness.next(seen("glare"), 1.9).hint?.code).toBe("glare");
  });

  it("offer more help where no frame is good for long", () => {
    const steadiness = new Steadiness(TIMING, 0);
    expect(steadiness.next(seen("too_far"), 19).needsHelp).toBe(false);
    expect(steadiness.next(seen("too_far"), 21).needsHelp).toBe(true);
  });
});

describe("the shutter", () => {
  it("goes after a steady good second and not before", () => {
    const steadiness = new Steadiness(TIMING, 0);
    expect(steadiness.next(seen(null), 1).progress).toBe(0);
    expect(steadiness.next(seen(null), 1.5).progress).toBeCloseTo(0.5);
    expect(steadiness.next(seen(null), 2).progress).toBe(1);
  });

  it("begins anew after one bad frame", () => {
    const steadiness = new Steadiness(TIMING, 0);
    steadiness.next(seen(null), 1);
    expect(steadiness.next(seen("glare"), 1.9).progress).toBe(0);
    expect(steadiness.next(seen(null), 2.1).progress).toBe(0);
  });

  it("waits for a shaking hand, which asks for a burst", () => {
    const steadiness = new Steadiness(TIMING, 0);
    steadiness.next(seen(null), 1);
    const shaken = steadiness.next(seen(null, moved(40)), 1.2);
    expect([shaken.progress, shaken.shaking]).toEqual([0, true]);
    const later = steadiness.next(seen(null, moved(40)), 2.1);
    expect([later.hint?.code, later.shaking]).toEqual([undefined, true]);
  });
});
