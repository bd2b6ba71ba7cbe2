import { describe, expect, it } from "vitest";
import { maskOutline } from "./outline";

const [width, height] = [48, 36];

/** A tilted display with corners out of sight, and a speck beside it. */
function mask() {
  const values = Float32Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    const display =
      8 * y >= x + 40 && 10 * x <= 400 - y && 12 * y <= 348 - x && 9 * x >= 54 + y * 2;
    const sighted = x - y <= 27 && x + y >= 17;
    const speck = x >= 44 && y >= 32;
    return (display && sighted) || speck ? 0.9 : 0.1;
  });
  return { values, width, height };
}

describe("the mask's outline", () => {
  // The corners are those that sonogate/onnx/heatmaps.py gives for the same mask.
  it("draws the sides on to where corners out of sight would be", () => {
    expect(maskOutline(mask(), [1, 0])).toEqual([
      [7, 6],
      [38, 10],
      [38, 26],
      [12, 28],
    ]);
  });

  it("begins with the corner that is read first", () => {
    expect(maskOutline(mask(), [0, 1])?.[0]).toEqual([38, 10]);
  });

  it("is none where there is no mask", () => {
    const values = new Float32Array(width * height);
    expect(maskOutline({ values, width, height }, [1, 0])).toBeNull();
  });
});
