// Two looks of the network at a frame, as in sonogate/onnx/glance.py.

import type { Rules } from "../guidance/rules";
import {
  distance,
  eachCorner,
  inverse,
  multiply,
  type Point,
  project,
  type Quad,
  rolled,
} from "./geometry";
import { decode } from "./heatmaps";
import { CELLS, closeView, type Frame, frameInCells, seenIn, type View, wholeView } from "./views";

const CLOSER_LOGIT = -1;
const CLOSER_AGREEMENT = 0.4;

/** What the network says of one view; maps are row by row on the canvas. */
export interface Said {
  /** (4, height, width) logits. */
  readonly corners: Float32Array;
  /** (2, height, width) logits: display, scan area. */
  readonly masks: Float32Array;
  /** Logits of display and ultrasound, direction across. */
  readonly facts: Float32Array;
  readonly size: readonly [width: number, height: number];
}

/** Runs the network on (3, height, width) pixels. */
export type Network = (pixels: Float32Array, size: readonly [number, number]) => Promise<Said>;

/** A display in a frame. */
export interface Glance {
  readonly corners: Quad;
  /** Belief (0–1) that there is a display at all. */
  readonly presence: number;
  /** Belief (0–1) that it shows an ultrasound picture. */
  readonly ultrasound: number;
}

/** Return where the display is in a frame, or null where nothing looks like one. */
export async function glance(frame: Frame, network: Network, rules: Rules): Promise<Glance | null> {
  const first = await look(frame, wholeView([frame.width, frame.height]), network, rules);
  if (first.present < rules.hopeless_logit || first.corners === null) return null;
  const view = closeView(first.corners);
  if (view === null) return null;
  const second = await look(frame, view, network, rules);
  let corners = first.corners;
  if (second.present > CLOSER_LOGIT && second.corners !== null) {
    const closer = inOrderOf(corners, second.corners);
    if (agreement(corners, closer) > CLOSER_AGREEMENT) corners = closer;
  }
  return {
    corners,
    presence: sigmoid(0.5 * (first.present + second.present)),
    ultrasound: 0.5 * (sigmoid(first.ultrasound) + sigmoid(second.ultrasound)),
  };
}

async function look(frame: Frame, view: View, network: Network, rules: Rules) {
  const said = await network(seenIn(frame, view), view.size);
  const toCells = multiply(CELLS, view.matrix);
  const box = frameInCells([frame.width, frame.height], toCells);
  const across: Point = [said.facts[2]!, said.facts[3]!];
  const mask = said.masks.subarray(0, said.size[0] * said.size[1]);
  const cells = decode(said.corners, mask, said.size, box, across, rules);
  const back = inverse(toCells);
  return {
    present: said.facts[0]!,
    ultrasound: said.facts[1]!,
    corners: cells === null ? null : eachCorner((k) => project(back, cells[k]!)),
  };
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-Math.min(Math.max(logit, -60), 60)));
}

/** Return corners turned so that each lies nearest to its like. */
function inOrderOf(ordered: Quad, corners: Quad): Quad {
  const apart = (quad: Quad) =>
    quad.reduce((sum, corner, k) => sum + distance(corner, ordered[k]!) ** 2, 0);
  const turned = [0, 1, 2, 3].map((turn) => rolled(corners, turn));
  return turned.reduce((best, quad) => (apart(quad) < apart(best) ? quad : best));
}

/** Return one minus the mean distance of the corners in half diagonals. */
function agreement(a: Quad, b: Quad): number {
  const half = 0.25 * (distance(a[2], a[0]) + distance(a[3], a[1]));
  const apart = a.reduce((sum, corner, k) => sum + distance(corner, b[k]!), 0) / 4;
  return 1 - apart / Math.max(half, 1e-6);
}
