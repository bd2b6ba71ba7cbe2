// Rectangles that are to be hidden: drawn on the picture, set by numbers, hidden for good.

import { useEffect, useRef, useState } from "preact/hooks";
import { fill } from "../shared/i18n";
import { maskMore, type Picture, ServiceError } from "./client";
import { type Box, MASK_KINDS, type MaskKind, maskOf } from "./geometry";
import { tell } from "./parts";
import { useSpeech } from "./speech";

interface Props {
  picture: Picture;
  size_wh: readonly [number, number];
  boxes: Box[];
  setBoxes: (boxes: Box[]) => void;
  close: () => void;
  /** Called when the picture is no longer what it was. */
  stale: () => void;
  done: (version: Picture) => void;
}

/** Where a rectangle that is added by keyboard starts. */
const MIDDLE: Box = { left: 0.4, top: 0.45, width: 0.2, height: 0.1, kind: "text" };
const EDGES = ["left", "top", "width", "height"] as const;

export function MaskForm({ picture, size_wh, boxes, setBoxes, close, stale, done }: Props) {
  const { words } = useSpeech();
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  // The same for each try of what is asked for, so that nothing is hidden twice.
  const request = useRef({ key: "", body: "" });
  const title = useRef<HTMLHeadingElement>(null);
  // What is to be drawn on stays in view.
  useEffect(() => title.current?.focus({ preventScroll: true }), []);

  const put = (index: number, change: Partial<Box>) =>
    setBoxes(boxes.map((box, at) => (at === index ? { ...box, ...change } : box)));

  const save = async (event: Event) => {
    event.preventDefault();
    if (boxes.length === 0) {
      setFault(words.mask.none);
      return;
    }
    const masks = boxes.map((box) => maskOf(box, size_wh));
    const body = JSON.stringify([masks, reason]);
    if (request.current.body !== body) request.current = { key: crypto.randomUUID(), body };
    setBusy(true);
    setFault("");
    try {
      done(await maskMore(picture.id, masks, reason, request.current.key));
    } catch (error) {
      setFault(tell(words, error));
      if (error instanceof ServiceError && error.code === "conflict") stale();
    } finally {
      setBusy(false);
    }
  };

  return (
    <form class="card mask-form" onSubmit={save} aria-labelledby="mask-title">
      <h3 id="mask-title" ref={title} tabIndex={-1}>
        {words.mask.title}
      </h3>
      <p class="small">{words.mask.lead}</p>
      <ol class="boxes">
        {boxes.map((box, index) => (
          <li key={index}>
            <fieldset>
              <legend>{fill(words.mask.rectangle, { number: index + 1 })}</legend>
              {EDGES.map((edge) => (
                <div class="field" key={edge}>
                  <label for={`box-${index}-${edge}`}>{words.mask[edge]}</label>
                  <input
                    id={`box-${index}-${edge}`}
                    type="number"
                    min="0"
                    max="100"
                    step="any"
                    required
                    value={Math.round(1000 * box[edge]) / 10}
                    onInput={(event) => {
                      const percent = event.currentTarget.valueAsNumber;
                      if (Number.isFinite(percent)) put(index, { [edge]: percent / 100 });
                    }}
                  />
                </div>
              ))}
              <div class="field">
                <label for={`box-${index}-kind`}>{words.mask.kind}</label>
                <select
                  id={`box-${index}-kind`}
                  value={box.kind}
                  onChange={(event) => put(index, { kind: event.currentTarget.value as MaskKind })}
                >
                  {MASK_KINDS.map((kind) => (
                    <option key={kind} value={kind}>
                      {words.kinds[kind]}
                    </option>
                  ))}
                </select>
              </div>
              <button
                type="button"
                class="button quiet"
                onClick={() => setBoxes(boxes.filter((_, at) => at !== index))}
              >
                {words.mask.remove}
              </button>
            </fieldset>
          </li>
        ))}
      </ol>
      <button type="button" class="button" onClick={() => setBoxes([...boxes, MIDDLE])}>
        {words.mask.add}
      </button>
      <Reason id="mask-reason" label={words.mask.reason} value={reason} put={setReason} />
      {fault !== "" && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <p class="actions">
        <button type="submit" class="button danger" disabled={busy}>
          {words.mask.save}
        </button>
        <button type="button" class="button quiet" onClick={close}>
          {words.cancel}
        </button>
      </p>
    </form>
  );
}

interface ReasonProps {
  id: string;
  label: string;
  value: string;
  put: (value: string) => void;
}

/** Why something is done that cannot be undone. */
export function Reason({ id, label, value, put }: ReasonProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        required
        minLength={3}
        maxLength={400}
        autocomplete="off"
        value={value}
        onInput={(event) => put(event.currentTarget.value)}
      />
    </div>
  );
}
