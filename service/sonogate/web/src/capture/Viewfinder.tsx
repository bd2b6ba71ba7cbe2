import { useEffect, useRef, useState } from "preact/hooks";
import { fill, prompt } from "../shared/i18n";
import { written } from "../shared/overlay";
import { type Camera, type CameraTrouble, openCamera } from "./camera";
import type { Rules } from "./guidance/rules";
import { type Guide, grabFrame } from "./live";
import { useSpeech } from "./speech";
import { type Shown, Steadiness } from "./steady";

const LEAST_PAUSE_MS = 30;
const RING = 2 * Math.PI * 46;

interface Props {
  readonly guide: Guide | null;
  readonly rules: Rules | null;
  readonly guideFailed: boolean;
  readonly waiting: number;
  readonly onSendWaiting: () => void;
  readonly onPhoto: (photo: Blob) => void;
  readonly onSettings: () => void;
}

/** The camera's picture, the screen's outline, one hint, and the shutter. */
export function Viewfinder(props: Props) {
  const { guide, rules, guideFailed, waiting, onSendWaiting, onPhoto, onSettings } = props;
  const { words, prompts } = useSpeech();
  const [camera, setCamera] = useState<Camera | CameraTrouble | null>(null);
  const [shown, setShown] = useState<Shown | null>(null);
  const [size, setSize] = useState<readonly [number, number]>([4, 3]);
  const [shooting, setShooting] = useState(false);
  const video = useRef<HTMLVideoElement>(null);
  const [tries, setTries] = useState(0);

  useEffect(() => {
    let open: Camera | null = null;
    let gone = false;
    openCamera().then((made) => {
      if (typeof made !== "string") open = made;
      if (gone) open?.close();
      else setCamera(made);
    });
    return () => {
      gone = true;
      open?.close();
    };
  }, [tries]);

  const live = camera !== null && typeof camera !== "string" ? camera : null;
  useEffect(() => {
    if (live !== null && video.current !== null) video.current.srcObject = live.stream;
  }, [live]);

  const shoot = async (shaking: boolean) => {
    if (live === null || video.current === null || shooting) return;
    setShooting(true);
    onPhoto(await live.shoot(video.current, shaking));
  };

  useEffect(() => {
    if (live === null || guide === null || rules === null || shooting) return;
    const steadiness = new Steadiness(rules, performance.now() / 1000);
    const canvas = document.createElement("canvas");
    let running = true;
    const follow = async () => {
      while (running) {
        await new Promise((resolve) => setTimeout(resolve, LEAST_PAUSE_MS));
        const picture = video.current;
        if (!running || picture === null || picture.videoWidth === 0) continue;
        const frame = grabFrame(picture, canvas);
        const [width, height] = [frame.width, frame.height];
        const stillScale = live.stillSidePx / Math.max(width, height);
        const seen = await guide.look(frame, stillScale).catch(() => null);
        if (!running || seen === null) continue;
        const next = steadiness.next(seen, performance.now() / 1000);
        setSize([width, height]);
        setShown(next);
        if (next.progress >= 1) {
          running = false;
          void shoot(next.shaking);
        }
      }
    };
    void follow();
    return () => {
      running = false;
    };
  }, [live, guide, rules, shooting]);

  if (typeof camera === "string") {
    return (
      <Trouble
        trouble={camera}
        onPhoto={onPhoto}
        onRetry={() => {
          setCamera(null);
          setTries(tries + 1);
        }}
      />
    );
  }
  const hint = shown?.hint ?? null;
  const good = shown !== null && hint === null;
  const said = shooting
    ? words.shooting
    : shown === null
      ? guideFailed
        ? words.no_guidance
        : words.loading
      : hint === null
        ? words.good
        : prompt(prompts, hint.code, hint.place);
  return (
    <section class="viewfinder" data-hint={hint?.code ?? (good ? "good" : "none")}>
      <h1 class="visually-hidden">{words.page_title}</h1>
      <div class="finder">
        <video ref={video} autoplay muted playsinline aria-label={words.preview} />
        <svg
          class="outline"
          viewBox={`0 0 ${size[0]} ${size[1]}`}
          preserveAspectRatio="xMidYMid meet"
          aria-hidden="true"
        >
          {shown?.corners && (
            <polygon
              class={good ? "good" : ""}
              points={written(shown.corners.map(([x, y]) => [x + 0.5, y + 0.5]))}
            />
          )}
        </svg>
      </div>
      <p class={`hint ${good ? "good" : ""}`} role="status" aria-live="polite">
        <HintMark good={good} busy={shown === null} />
        <span>{said}</span>
      </p>
      {shown?.needsHelp && <p class="help">{words.help}</p>}
      {waiting > 0 && (
        <button type="button" class="button waiting" onClick={onSendWaiting}>
          {fill(words.waiting, { count: waiting })} · {words.send_waiting}
        </button>
      )}
      <div class="controls">
        <PhotoChooser label={words.choose} onPhoto={onPhoto} />
        <button
          type="button"
          class="shutter"
          aria-label={words.shutter}
          disabled={live === null || shooting}
          onClick={() => void shoot(shown?.shaking ?? false)}
        >
          <svg viewBox="0 0 100 100" aria-hidden="true">
            <circle class="track" cx="50" cy="50" r="46" />
            <circle
              class="progress"
              cx="50"
              cy="50"
              r="46"
              stroke-dasharray={RING}
              stroke-dashoffset={RING * (1 - (shown?.progress ?? 0))}
            />
            <circle class="knob" cx="50" cy="50" r="37" />
          </svg>
        </button>
        <button type="button" class="round" onClick={onSettings} aria-label={words.settings}>
          <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M4 7h10M18 7h2M4 17h2M10 17h10" />
            <circle cx="16" cy="7" r="2" />
            <circle cx="8" cy="17" r="2" />
          </svg>
        </button>
      </div>
    </section>
  );
}

/** A shape beside the words, so that nothing rests on colour alone. */
function HintMark({ good, busy }: { good: boolean; busy: boolean }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      {good ? (
        <path d="M5 12.5l4.5 4.5L19 7.5" />
      ) : busy ? (
        <path d="M12 6v6l4 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z" />
      ) : (
        <path d="M12 5v9M12 18.5v.1" />
      )}
    </svg>
  );
}

interface TroubleProps {
  readonly trouble: CameraTrouble;
  readonly onPhoto: (photo: Blob) => void;
  readonly onRetry: () => void;
}

function Trouble({ trouble, onPhoto, onRetry }: TroubleProps) {
  const { words } = useSpeech();
  return (
    <section class="trouble" data-trouble={trouble}>
      <svg class="icon large" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M4 8h3l1.5-2.5h7L17 8h3v11H4zM3 3l18 18" />
      </svg>
      <h1 tabIndex={-1}>{words[trouble]}</h1>
      <p>{words[`${trouble}_fix`]}</p>
      <PhotoChooser label={words.choose} onPhoto={onPhoto} wide />
      <button type="button" class="button wide" onClick={onRetry}>
        {words.retry_camera}
      </button>
    </section>
  );
}

interface ChooserProps {
  readonly label: string;
  readonly onPhoto: (photo: Blob) => void;
  readonly wide?: boolean;
}

/** The phone's own camera or its files, where the page has no camera. */
function PhotoChooser({ label, onPhoto, wide = false }: ChooserProps) {
  return (
    <label class={wide ? "button primary wide" : "round"} title={wide ? undefined : label}>
      <input
        type="file"
        class="visually-hidden"
        accept="image/*,.heic,.heif,.avif"
        capture="environment"
        aria-label={label}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file !== undefined) onPhoto(file);
        }}
      />
      {wide ? (
        label
      ) : (
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 5h16v14H4zM4 16l4.5-4.5 4 4 3-3L20 17" />
          <circle cx="9" cy="9" r="1.2" />
        </svg>
      )}
    </label>
  );
}
