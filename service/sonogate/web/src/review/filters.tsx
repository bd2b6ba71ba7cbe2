// Which pictures are wanted: the filters of the service's search, as a form.

import { useState } from "preact/hooks";
import { fill } from "../shared/i18n";
import type { Wanted } from "./client";
import { useSpeech } from "./speech";

interface Props {
  wanted: Wanted;
  apply: (wanted: Wanted) => void;
}

export function Filters({ wanted, apply }: Props) {
  const { words } = useSpeech();
  const [form, setForm] = useState(() => asForm(wanted));
  const put = (name: keyof Form) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setForm((before) => ({ ...before, [name]: value }));
  };
  const text = (name: "device_model" | "site" | "preset") => (
    <div class="field">
      <label for={`filter-${name}`}>{words.filters[name]}</label>
      <input id={`filter-${name}`} maxLength={100} value={form[name]} onInput={put(name)} />
    </div>
  );
  const choice = (name: Choice, options: Record<string, string>) => (
    <div class="field">
      <label for={`filter-${name}`}>{words.filters[name]}</label>
      <select id={`filter-${name}`} value={form[name]} onChange={put(name)}>
        <option value="">{words.filters.any}</option>
        {Object.entries(options).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
  const day = (name: "since" | "until") => (
    <div class="field">
      <label for={`filter-${name}`}>{words.filters[name]}</label>
      <input id={`filter-${name}`} type="date" value={form[name]} onInput={put(name)} />
    </div>
  );
  const points = (name: "fidelityLow" | "fidelityHigh") => (
    <div class="field">
      <label for={`filter-${name}`}>{words.filters[name]}</label>
      <input
        id={`filter-${name}`}
        type="number"
        min="0"
        max="100"
        value={form[name]}
        onInput={put(name)}
      />
    </div>
  );
  const inUse = Object.keys(wanted).length;
  const { retake: _, rejected: __, ...outcomes } = words.outcomes;

  return (
    <details class="card filters">
      <summary>
        {words.filters.title}
        {inUse > 0 && <span class="small">{fill(words.filters.inUse, { count: inUse })}</span>}
      </summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          apply(asWanted(form));
        }}
      >
        {day("since")}
        {day("until")}
        {choice("outcome", outcomes)}
        {choice("state", words.states)}
        {choice("reason", words.reasons)}
        {choice("limitation", words.limits)}
        {choice("purpose", words.purposes)}
        {text("device_model")}
        {text("site")}
        {text("preset")}
        {points("fidelityLow")}
        {points("fidelityHigh")}
        <p class="actions">
          <button type="submit" class="button primary">
            {words.filters.apply}
          </button>
          <button
            type="button"
            class="button quiet"
            onClick={() => {
              setForm(EMPTY);
              apply({});
            }}
          >
            {words.filters.clear}
          </button>
        </p>
      </form>
    </details>
  );
}

type Choice = "outcome" | "state" | "reason" | "limitation" | "purpose";

const EMPTY = {
  since: "",
  until: "",
  outcome: "",
  state: "",
  reason: "",
  limitation: "",
  purpose: "",
  device_model: "",
  site: "",
  preset: "",
  fidelityLow: "",
  fidelityHigh: "",
};
type Form = typeof EMPTY;

function asForm(wanted: Wanted): Form {
  return { ...EMPTY, outcome: wanted.outcome ?? "", state: wanted.state ?? "" };
}

/** Return the query that a form asks for: days are whole days here, where the form is. */
export function asWanted(form: Form): Wanted {
  const { since, until, fidelityLow, fidelityHigh, ...rest } = form;
  const wanted: Wanted = {};
  for (const [name, value] of Object.entries(rest)) {
    if (value.trim() !== "") wanted[name as keyof Wanted] = value.trim();
  }
  if (since !== "") wanted.since = new Date(`${since}T00:00:00`).toISOString();
  if (until !== "") {
    const end = new Date(`${until}T00:00:00`);
    end.setDate(end.getDate() + 1);
    wanted.until = end.toISOString();
  }
  if (fidelityLow !== "" || fidelityHigh !== "") {
    wanted.fidelity = `${fidelityLow || 0}:${fidelityHigh || 100}`;
  }
  return wanted;
}
