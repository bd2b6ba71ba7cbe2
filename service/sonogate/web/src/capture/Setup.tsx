import type { ComponentChildren } from "preact";
import { LANGUAGES, type Language } from "../shared/i18n";
import {
  asCode,
  type Case,
  needsConsent,
  needsContext,
  PARTS,
  type Part,
  PURPOSES,
  SIDES,
} from "./case";
import { useSpeech } from "./speech";

interface Props {
  readonly value: Case;
  readonly asksCase: boolean;
  readonly onChange: (value: Case) => void;
  readonly onLanguage: (language: Language) => void;
  readonly onDone: () => void;
}

/** Purpose, consent and context, in a few taps. */
export function Setup({ value, asksCase, onChange, onLanguage, onDone }: Props) {
  const { words, language } = useSpeech();
  const set = (change: Partial<Case>) => onChange({ ...value, ...change });
  const submit = (event: Event) => {
    event.preventDefault();
    onDone();
  };
  return (
    <form class="setup" onSubmit={submit}>
      <header class="setup-head">
        <img src="/icon.svg" alt="" width="36" height="36" />
        <label class="language">
          <span class="visually-hidden">{words.language}</span>
          <select
            value={language}
            onChange={(event) => onLanguage(event.currentTarget.value as Language)}
          >
            {Object.entries(LANGUAGES).map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </header>
      <h1 tabIndex={-1}>{asksCase ? words.setup_title : words.page_title}</h1>
      {asksCase && <p class="lead">{words.setup_lead}</p>}
      {asksCase && (
        <>
          <Choice
            name="purpose"
            title={words.purpose}
            options={PURPOSES}
            chosen={value.purpose}
            label={(one) => words[one]}
            onChoose={(purpose) => set({ purpose })}
          />
          {needsConsent(value) && <Consent value={value} set={set} />}
          <Context value={value} set={set} />
          <label class="check">
            <input
              type="checkbox"
              checked={value.keepsQueue}
              onChange={(event) => set({ keepsQueue: event.currentTarget.checked })}
            />
            <span>
              {words.queue}
              <small>{words.queue_hint}</small>
            </span>
          </label>
        </>
      )}
      <div class="setup-foot">
        <button type="submit" class="button primary wide">
          {words.open_camera}
        </button>
      </div>
    </form>
  );
}

interface PartProps {
  readonly value: Case;
  readonly set: (change: Partial<Case>) => void;
}

function Consent({ value, set }: PartProps) {
  const { words } = useSpeech();
  return (
    <fieldset class="group">
      <legend>{words.consent}</legend>
      <label class="check">
        <input
          type="checkbox"
          required
          checked={value.consented}
          onChange={(event) => set({ consented: event.currentTarget.checked })}
        />
        <span>{words.consent_given}</span>
      </label>
      <Field label={words.consent_by}>
        <input
          required
          dir="ltr"
          autocomplete="off"
          pattern="[A-Za-z0-9][A-Za-z0-9._:\/\-]*"
          value={value.consentBy}
          onInput={(event) => set({ consentBy: asCode(event.currentTarget.value) })}
        />
      </Field>
      <Field label={words.consent_reference}>
        <input
          required
          dir="ltr"
          autocomplete="off"
          pattern="[A-Za-z0-9][A-Za-z0-9._:\/\-]*"
          value={value.consentReference}
          onInput={(event) => set({ consentReference: asCode(event.currentTarget.value) })}
        />
      </Field>
      <label class="check">
        <input
          type="checkbox"
          checked={value.consentWritten}
          onChange={(event) => set({ consentWritten: event.currentTarget.checked })}
        />
        <span>{words.consent_written}</span>
      </label>
    </fieldset>
  );
}

function Context({ value, set }: PartProps) {
  const { words } = useSpeech();
  const needed = needsContext(value);
  const parts = Object.keys(PARTS) as Part[];
  const noted = needed ? "" : ` (${words.optional})`;
  return (
    <fieldset class="group">
      <legend>{words.context}</legend>
      <Field label={words.body_part + noted}>
        <select
          required={needed}
          value={value.part ?? ""}
          onChange={(event) => set({ part: (event.currentTarget.value || null) as Part | null })}
        >
          <option value="">{words.unnamed}</option>
          {parts.map((part) => (
            <option key={part} value={part}>
              {words[part]}
            </option>
          ))}
        </select>
      </Field>
      <Choice
        name="side"
        title={`${words.side} (${words.optional})`}
        options={SIDES}
        chosen={value.side}
        label={(one) => words[one]}
        onChoose={(side) => set({ side })}
      />
      {needed && (
        <Field label={words.question} hint={words.question_hint}>
          <textarea
            required
            rows={2}
            maxLength={2000}
            value={value.question}
            onInput={(event) => set({ question: event.currentTarget.value })}
          />
        </Field>
      )}
    </fieldset>
  );
}

function Field(props: { label: string; hint?: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label class="field">
      <span>{props.label}</span>
      {props.children}
      {props.hint && <small>{props.hint}</small>}
    </label>
  );
}

interface ChoiceProps<Option extends string> {
  readonly name: string;
  readonly title: string;
  readonly options: readonly Option[];
  readonly chosen: Option | null;
  readonly label: (option: Option) => string;
  readonly onChoose: (option: Option) => void;
}

function Choice<Option extends string>(props: ChoiceProps<Option>) {
  return (
    <fieldset class="choice">
      <legend>{props.title}</legend>
      {props.options.map((option) => (
        <label key={option} class="chip">
          <input
            type="radio"
            name={props.name}
            value={option}
            checked={props.chosen === option}
            onChange={() => props.onChoose(option)}
          />
          <span>{props.label(option)}</span>
        </label>
      ))}
    </fieldset>
  );
}
