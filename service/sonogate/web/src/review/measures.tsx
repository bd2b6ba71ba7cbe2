// The measures against their limits, as a small chart that is a table to a screen reader.

import { fill } from "../shared/i18n";
import type { Limits, MeasureName, Report } from "./client";
import { useSpeech, writeNumber } from "./speech";

type Measures = NonNullable<Report["quality"]>["measures"];
type Measure = Measures[MeasureName];

interface Props {
  measures: Measures;
  limits: Limits | null;
}

export function MeasureChart({ measures, limits }: Props) {
  const { words, language } = useSpeech();
  const rows = Object.entries(measures) as [MeasureName, Measure][];
  rows.sort(([, a], [, b]) => (a.score ?? Infinity) - (b.score ?? Infinity));
  return (
    <section class="card measures" aria-labelledby="measures-title">
      <h3 id="measures-title">{words.detail.measures}</h3>
      {limits !== null && (
        <p class="small">
          {fill(words.detail.measuresText, {
            retake: writeNumber(language, limits.retake_below),
            limit: writeNumber(language, limits.limit_below),
          })}
        </p>
      )}
      <table>
        <thead class="visually-hidden">
          <tr>
            <th scope="col">{words.detail.measure}</th>
            <th scope="col">{words.detail.score}</th>
            <th scope="col">{words.detail.value}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, measure]) => (
            <tr key={name} class={toneOf(measure.score, limits)}>
              <th scope="row">{words.measures[name]}</th>
              <td class="bar-cell">
                <ScoreBar score={measure.score} limits={limits} />
                <span class="number">
                  {measure.score === null ? "–" : writeNumber(language, measure.score)}
                </span>
              </td>
              <td class="small value">
                {measure.raw === null ? (
                  words.detail.unassessed
                ) : (
                  <bdi>
                    {writeNumber(language, measure.raw, digitsOf(measure.raw))} {measure.unit}
                  </bdi>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A bar from 0 to 100 with both limits marked. */
export function ScoreBar({ score, limits }: { score: number | null; limits: Limits | null }) {
  return (
    <span class="track" aria-hidden="true">
      {score !== null && <span class="fill" style={{ inlineSize: `${score}%` }} />}
      {limits !== null && (
        <>
          <i style={{ insetInlineStart: `${limits.retake_below}%` }} />
          <i style={{ insetInlineStart: `${limits.limit_below}%` }} />
        </>
      )}
    </span>
  );
}

export function toneOf(score: number | null, limits: Limits | null): string {
  if (score === null || limits === null) return "unknown";
  if (score < limits.retake_below) return "poor";
  return score < limits.limit_below ? "fair" : "good";
}

function digitsOf(value: number): number {
  const size = Math.abs(value);
  return size >= 100 ? 0 : size >= 10 ? 1 : 2;
}

interface LikenessProps {
  fidelity: NonNullable<Report["quality"]>["fidelity"];
}

/** The predicted likeness as a point with its interval. */
export function Likeness({ fidelity }: LikenessProps) {
  const { words, language } = useSpeech();
  if (fidelity === null) return <p class="small">{words.detail.noLikeness}</p>;
  const told = Object.fromEntries(
    Object.entries(fidelity).map(([name, value]) => [name, writeNumber(language, value)]),
  );
  return (
    <div class="likeness">
      <p class="likeness-value" aria-hidden="true">
        <strong class="number">{told.value}</strong>
      </p>
      <span class="track interval" aria-hidden="true">
        <span
          class="range"
          style={{
            insetInlineStart: `${fidelity.low}%`,
            inlineSize: `${fidelity.high - fidelity.low}%`,
          }}
        />
        <b style={{ insetInlineStart: `${fidelity.value}%` }} />
      </span>
      <p class="small">{fill(words.detail.likenessText, told)}</p>
    </div>
  );
}
