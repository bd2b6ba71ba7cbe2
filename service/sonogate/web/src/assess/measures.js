// The list of measures: a bar against its limit, the native value, or why there is none.

import { MEASURES } from "./words.js";

const LIMIT = 50;
const GOOD = 70;

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const tone = (score) =>
  score === null ? "unknown" : score < LIMIT ? "poor" : score < GOOD ? "fair" : "good";

function rounded(value) {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}

/** Fill a list with the measures, weakest first; what could not be assessed comes last. */
export function list(into, measures) {
  const sorted = Object.entries(measures).sort(
    ([, a], [, b]) => (a.score ?? Infinity) - (b.score ?? Infinity),
  );
  into.replaceChildren(...sorted.map(([name, measure]) => item(name, measure)));
}

function item(name, measure) {
  const row = element("li", `measure ${tone(measure.score)}`);
  row.append(element("b", "", MEASURES[name] ?? name));
  const known = measure.score !== null;
  row.append(element("span", "score", known ? String(Math.round(measure.score)) : "not assessed"));
  const track = element("span", "track");
  track.setAttribute("aria-hidden", "true");
  if (known) {
    const fill = element("span", "fill");
    fill.style.width = `${measure.score}%`;
    track.append(fill, element("span", "mark"));
  }
  row.append(track);
  row.append(
    element("span", "small", known ? `${rounded(measure.raw)} ${measure.unit}` : measure.failure),
  );
  return row;
}
