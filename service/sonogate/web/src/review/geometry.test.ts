import { describe, expect, it } from "vitest";
import { asWanted } from "./filters";
import { boxOf, maskOf } from "./geometry";

describe("rectangles", () => {
  it("are the same from whichever corner they are drawn", () => {
    expect(boxOf([0.5, 0.6], [0.25, 0.2])).toEqual(boxOf([0.25, 0.2], [0.5, 0.6]));
  });
  it("cover the pixels between their edges", () => {
    const whole = { left: 0, top: 0, width: 1, height: 1, kind: "name" } as const;
    expect(maskOf(whole, [800, 600]).polygon).toEqual([
      [-0.5, -0.5],
      [799.5, -0.5],
      [799.5, 599.5],
      [-0.5, 599.5],
    ]);
  });
});

describe("filters", () => {
  const empty = {
    since: "",
    until: "",
    outcome: "",
    state: "",
    reason: "",
    limitation: "",
    purpose: "",
    device_model: "",
    site: " ",
    preset: "",
    fidelityLow: "",
    fidelityHigh: "",
  };
  it("ask for nothing where nothing is chosen", () => {
    expect(asWanted(empty)).toEqual({});
  });
  it("take in the whole of the last day", () => {
    const wanted = asWanted({ ...empty, since: "2026-03-01", until: "2026-03-01" });
    const span = Date.parse(wanted.until!) - Date.parse(wanted.since!);
    expect(span).toBe(24 * 3600 * 1000);
  });
  it("leave one end of a range open", () => {
    expect(asWanted({ ...empty, fidelityLow: "60" }).fidelity).toBe("60:100");
    expect(asWanted({ ...empty, fidelityHigh: "60" }).fidelity).toBe("0:60");
  });
});
