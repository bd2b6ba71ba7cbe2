// The locator and the measures, off the page's thread.

/// <reference lib="webworker" />

import { type Guidance, guide } from "./guidance/hint";
import type { Rules } from "./guidance/rules";
import { glance, type Network } from "./locator/glance";
import { loadNetwork } from "./locator/network";

/** To the worker: first where the weights are, then frames (RGBA). */
export type Request =
  | { kind: "load"; rules: Rules; weights: string }
  | { kind: "frame"; pixels: ArrayBuffer; width: number; height: number; stillScale: number };
/** From the worker; `ms` is the time that the frame took. */
export type Answer =
  | { kind: "ready" }
  | { kind: "failed" }
  | { kind: "guidance"; guidance: Guidance; ms: number };

let ready: { network: Network; rules: Rules } | null = null;

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  try {
    self.postMessage(await answer(data));
  } catch {
    self.postMessage({ kind: "failed" } satisfies Answer);
  }
};

async function answer(request: Request): Promise<Answer> {
  if (request.kind === "load") {
    ready = { network: await loadNetwork(request.weights), rules: request.rules };
    return { kind: "ready" };
  }
  if (ready === null) return { kind: "failed" };
  const started = performance.now();
  const { width, height, stillScale } = request;
  const frame = { data: new Uint8ClampedArray(request.pixels), width, height };
  const found = await glance(frame, ready.network, ready.rules);
  const guidance = guide(frame, found, stillScale, ready.rules);
  return { kind: "guidance", guidance, ms: performance.now() - started };
}
