// The list of stored pictures: found by filters, newest first, a page at a time.

import { useCallback, useEffect, useState } from "preact/hooks";
import { fill } from "../shared/i18n";
import { type Picture, search, type Wanted } from "./client";
import { Filters } from "./filters";
import { OutcomeMark } from "./marks";
import { Thumbnail, tell } from "./parts";
import { useSpeech, writeMoment, writeNumber } from "./speech";

interface Props {
  chosen: string | null;
  /** The picture that was changed last, to be shown as it is now. */
  changed: Picture | null;
  open: (id: string) => void;
}

export function PictureList({ chosen, changed, open }: Props) {
  const { words } = useSpeech();
  const [wanted, setWanted] = useState<Wanted>({ state: "active" });
  const [items, setItems] = useState<Picture[] | null>(null);
  const [after, setAfter] = useState<string | null>(null);
  const [fault, setFault] = useState("");

  const load = useCallback(
    async (from: string | null) => {
      setFault("");
      try {
        const page = await search(wanted, from);
        setItems((before) => (from === null ? page.items : [...(before ?? []), ...page.items]));
        setAfter(page.after);
      } catch (error) {
        setFault(tell(words, error));
      }
    },
    [wanted, words],
  );
  // A change on the record is a reason to look again.
  useEffect(() => {
    load(null);
  }, [load, changed]);

  return (
    <section class="list" aria-labelledby="list-title">
      <h1 id="list-title">{words.list.title}</h1>
      <Filters wanted={wanted} apply={setWanted} />
      <p class="visually-hidden" role="status">
        {items === null ? words.list.loading : fill(words.list.found, { count: items.length })}
      </p>
      {fault !== "" && (
        <div class="fault" role="alert">
          <p>{fault}</p>
          <button type="button" class="button" onClick={() => load(null)}>
            {words.retry}
          </button>
        </div>
      )}
      {items === null && fault === "" && <p class="small">{words.list.loading}</p>}
      {items?.length === 0 && <p class="small">{words.list.none}</p>}
      <ul class="rows">
        {items?.map((item) => (
          <Row key={item.id} picture={item} chosen={item.id === chosen} open={open} />
        ))}
      </ul>
      {after !== null && (
        <button type="button" class="button" onClick={() => load(after)}>
          {words.list.more}
        </button>
      )}
    </section>
  );
}

interface RowProps {
  picture: Picture;
  chosen: boolean;
  open: (id: string) => void;
}

function Row({ picture, chosen, open }: RowProps) {
  const { words, language } = useSpeech();
  const { device } = picture;
  const machine = [device.model ?? device.maker, device.site].filter(Boolean).join(" · ");
  return (
    <li>
      <button
        type="button"
        class="row"
        aria-current={chosen ? "true" : undefined}
        onClick={() => open(picture.id)}
      >
        <Thumbnail id={picture.id} there={picture.state !== "deleted"} />
        <span class="row-text">
          <b>{writeMoment(language, picture.created_at)}</b>
          <span class="small">
            {[machine, words.purposes[picture.purpose]].filter(Boolean).join(" · ")}
          </span>
          <span class="row-marks">
            <OutcomeMark outcome={picture.outcome} />
            {picture.state !== "active" && (
              <span class={`chip ${picture.state}`}>{words.states[picture.state]}</span>
            )}
            {picture.fidelity !== null && (
              <span class="small number">{writeNumber(language, picture.fidelity)} / 100</span>
            )}
          </span>
        </span>
      </button>
    </li>
  );
}
