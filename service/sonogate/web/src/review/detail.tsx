// One picture: what it shows, what was measured and hidden, and what can be done with it.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Attempts } from "./attempts";
import {
  type Attempt,
  fetchAttempts,
  fetchLimits,
  fetchPicture,
  type Limits,
  type Picture,
  type Region,
  type Report,
} from "./client";
import type { Box } from "./geometry";
import { OutcomeMark } from "./marks";
import { MaskForm } from "./maskform";
import { Likeness, MeasureChart } from "./measures";
import { tell } from "./parts";
import { Recall } from "./recall";
import { Share } from "./share";
import { useSpeech, writeMoment } from "./speech";
import { Viewer } from "./viewer";

interface Props {
  id: string;
  /** Whether it is a version that was made just now. */
  fresh: boolean;
  open: (id: string | null) => void;
  onChange: (picture: Picture) => void;
}

export function Detail({ id, fresh, open, onChange }: Props) {
  const { words, language } = useSpeech();
  const [picture, setPicture] = useState<Picture | null>(null);
  const [attempts, setAttempts] = useState<Attempt[]>([]);
  const [limits, setLimits] = useState<Limits | null>(null);
  const [fault, setFault] = useState("");
  const [done, setDone] = useState(fresh ? words.mask.done : "");
  const [sheet, setSheet] = useState<"recall" | "share" | null>(null);
  const [boxes, setBoxes] = useState<Box[] | null>(null);
  const title = useRef<HTMLHeadingElement>(null);

  const load = useCallback(async () => {
    setFault("");
    try {
      const [found, held] = await Promise.all([fetchPicture(id), fetchLimits()]);
      setPicture(found);
      setLimits(held);
      setAttempts(await fetchAttempts(found.submission_id));
    } catch (error) {
      setFault(tell(words, error));
    }
  }, [id, words]);
  useEffect(() => {
    load();
  }, [load]);
  const there = picture !== null;
  useEffect(() => {
    if (there) title.current?.focus();
  }, [there]);

  if (picture === null) {
    return (
      <section class="detail">
        {fault === "" ? (
          <p class="small">{words.list.loading}</p>
        ) : (
          <div class="fault" role="alert">
            <p>{fault}</p>
            <button type="button" class="button" onClick={load}>
              {words.retry}
            </button>
          </div>
        )}
      </section>
    );
  }
  const report = picture.report as Report | null;
  const active = picture.state === "active";
  const size = report?.screen?.size_wh;

  return (
    <section class="detail" aria-labelledby="detail-title">
      <div class="detail-head">
        <button type="button" class="button quiet back" onClick={() => open(null)}>
          <svg class="icon turn" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M14.5 5.5L8 12l6.5 6.5" />
          </svg>
          {words.detail.back}
        </button>
        <h2 id="detail-title" ref={title} tabIndex={-1}>
          {writeMoment(language, picture.created_at)}
        </h2>
        <p class="row-marks">
          <OutcomeMark outcome={picture.outcome} />
          {!active && <span class={`chip ${picture.state}`}>{words.states[picture.state]}</span>}
        </p>
        {active && (
          <p class="actions">
            <button type="button" class="button" onClick={() => setBoxes(boxes ?? [])}>
              {words.mask.open}
            </button>
            <button type="button" class="button" onClick={() => setSheet("recall")}>
              {words.recall.open}
            </button>
            <button type="button" class="button primary" onClick={() => setSheet("share")}>
              {words.share.open}
            </button>
          </p>
        )}
      </div>
      <p class="notice" role="status" hidden={done === ""}>
        {done}
      </p>
      {!active && <Ended picture={picture} open={open} />}
      <Viewer
        picture={picture}
        report={report}
        boxes={boxes}
        add={(box) => setBoxes([...(boxes ?? []), box])}
      />
      {boxes !== null && size != null && (
        <MaskForm
          picture={picture}
          size_wh={[size[0]!, size[1]!]}
          boxes={boxes}
          setBoxes={setBoxes}
          close={() => setBoxes(null)}
          stale={load}
          done={(version) => {
            onChange(version);
            open(version.id);
          }}
        />
      )}
      <div class="pair">
        <section class="card" aria-labelledby="likeness-title">
          <h3 id="likeness-title">{words.detail.likeness}</h3>
          <Likeness fidelity={report?.quality?.fidelity ?? null} />
          <h3>{words.detail.goodFor}</h3>
          {picture.limits.length === 0 ? (
            <p class="small">{words.detail.noLimits}</p>
          ) : (
            <ul class="chips">
              {picture.limits.map((limit) => (
                <li key={limit} class="chip limit">
                  {words.limits[limit]}
                </li>
              ))}
            </ul>
          )}
        </section>
        <Places regions={report?.identifiers?.regions ?? []} />
      </div>
      {report?.quality != null && (
        <MeasureChart measures={report.quality.measures} limits={limits} />
      )}
      {attempts.length > 0 && <Attempts attempts={attempts} limits={limits} />}
      <Facts picture={picture} />
      {sheet === "recall" && (
        <Recall
          picture={picture}
          close={() => setSheet(null)}
          stale={load}
          done={(recalled) => {
            setPicture(recalled);
            setDone(words.recall.done);
            setBoxes(null);
            setSheet(null);
            onChange(recalled);
          }}
        />
      )}
      {sheet === "share" && <Share picture={picture} close={() => setSheet(null)} />}
    </section>
  );
}

/** Why a picture is no longer to be relied on, and what is instead. */
function Ended({ picture, open }: { picture: Picture; open: (id: string) => void }) {
  const { words } = useSpeech();
  const next = picture.superseded_by;
  return (
    <div class="card ended">
      {picture.state === "superseded" && <p>{words.detail.replacedBy}</p>}
      {picture.state_reason !== null && (
        <p>
          {words.detail.why}: <bdi>{picture.state_reason}</bdi>
        </p>
      )}
      {next !== null && (
        <button type="button" class="button primary" onClick={() => open(next)}>
          {words.detail.openReplacement}
        </button>
      )}
    </div>
  );
}

function Places({ regions }: { regions: Region[] }) {
  const { words } = useSpeech();
  const counted = new Map<string, { region: Region; count: number }>();
  for (const region of regions) {
    const key = `${region.action} ${region.kind}`;
    counted.set(key, { region, count: (counted.get(key)?.count ?? 0) + 1 });
  }
  return (
    <section class="card" aria-labelledby="places-title">
      <h3 id="places-title">{words.detail.places}</h3>
      {counted.size === 0 && <p class="small">{words.detail.noPlaces}</p>}
      <ul class="places">
        {[...counted].map(([key, { region, count }]) => (
          <li key={key} class={region.action}>
            <i aria-hidden="true" />
            <span>{words.kinds[region.kind]}</span>
            <span class="small">
              {region.action === "kept" ? words.detail.kept : words.detail.hidden}
              {count > 1 && ` × ${count}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Facts({ picture }: { picture: Picture }) {
  const { words, language } = useSpeech();
  const { device } = picture;
  const facts: [string, string | null][] = [
    [words.detail.taken, writeMoment(language, picture.created_at)],
    [words.detail.by, picture.created_by],
    [words.filters.purpose, words.purposes[picture.purpose]],
    [words.detail.case, picture.case_reference],
    [words.detail.device, [device.maker, device.model, device.probe].filter(Boolean).join(" · ")],
    [words.filters.site, device.site],
    [words.filters.preset, device.preset],
    [words.detail.policy, picture.policy_version],
    ["SHA-256", picture.sha256],
  ];
  return (
    <details class="card facts">
      <summary>{words.detail.facts}</summary>
      <dl>
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <bdi>{value}</bdi>
                </dd>
              </div>
            ),
        )}
      </dl>
    </details>
  );
}
