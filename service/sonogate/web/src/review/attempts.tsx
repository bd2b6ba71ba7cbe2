// The attempts of a submission side by side: what the gate said of each, measure by measure.

import { fill, prompt } from "../shared/i18n";
import type { Attempt, Limits, MeasureName, Report } from "./client";
import { OutcomeMark } from "./marks";
import { ScoreBar, toneOf } from "./measures";
import { useSpeech, writeMoment, writeNumber } from "./speech";

interface Props {
  attempts: Attempt[];
  limits: Limits | null;
}

export function Attempts({ attempts, limits }: Props) {
  const { words } = useSpeech();
  return (
    <section class="card attempts" aria-labelledby="attempts-title">
      <h3 id="attempts-title">{words.detail.attempts}</h3>
      <p class="small">{words.detail.attemptsText}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <ol class="columns" tabIndex={0} aria-labelledby="attempts-title">
        {attempts.map((attempt) => (
          <Column key={attempt.number} attempt={attempt} limits={limits} />
        ))}
      </ol>
    </section>
  );
}

function Column({ attempt, limits }: { attempt: Attempt; limits: Limits | null }) {
  const { words, prompts, language } = useSpeech();
  const report = attempt.report as Report | null;
  const measures = Object.entries(report?.quality?.measures ?? {}) as [
    MeasureName,
    { score: number | null },
  ][];
  const fidelity = report?.quality?.fidelity;
  return (
    <li>
      <h4>{fill(words.detail.attempt, { number: writeNumber(language, attempt.number) })}</h4>
      <p class="small">{writeMoment(language, attempt.created_at)}</p>
      <OutcomeMark outcome={attempt.released} />
      {attempt.photos > 1 && (
        <p class="small">
          {fill(words.detail.photos, { count: writeNumber(language, attempt.photos) })}
        </p>
      )}
      {fidelity != null && (
        <p>
          <strong class="number">{writeNumber(language, fidelity.value)}</strong>{" "}
          <span class="small number">
            <bdi dir="ltr">
              ({writeNumber(language, fidelity.low)}–{writeNumber(language, fidelity.high)})
            </bdi>
          </span>
        </p>
      )}
      <ul class="causes">
        {report?.verdict.reasons.map((reason) => (
          <li key={reason.code}>
            <b>{words.reasons[reason.code]}</b>
            <span class="small">{prompt(prompts, reason.code, reason.where)}</span>
          </li>
        ))}
      </ul>
      <dl class="small-bars">
        {measures.map(([name, measure]) => (
          <div key={name} class={toneOf(measure.score, limits)}>
            <dt>{words.measures[name]}</dt>
            <dd>
              <ScoreBar score={measure.score} limits={limits} />
              <span class="number">
                {measure.score === null ? "–" : writeNumber(language, measure.score)}
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </li>
  );
}
