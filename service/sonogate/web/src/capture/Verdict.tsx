import { useEffect, useRef } from "preact/hooks";
import { fill } from "../shared/i18n";
import { projector, written } from "../shared/overlay";
import type { Answered } from "./sending";
import { useSpeech } from "./speech";

const ICONS = {
  accepted: "M5 12.5l4.5 4.5L19 7.5",
  accepted_with_limits: "M5 12.5l4 4 5-6M18.5 6v6.5M18.5 17v.2",
  retake: "M19 12a7 7 0 1 1-2.2-5.1M19.5 3.5v4h-4",
  rejected: "M6.5 6.5l11 11M17.5 6.5l-11 11",
} as const;

interface Props {
  readonly answered: Answered;
  readonly photoUrl: string;
  readonly retryCap: number;
  readonly onAgain: () => void;
  readonly onNext: () => void;
}

/** The verdict, the one thing to do, and what was found in the photo. */
export function Verdict({ answered, photoUrl, retryCap, onAgain, onNext }: Props) {
  const { words } = useSpeech();
  const { verdict, number, open, keptId } = answered;
  const { outcome } = verdict;
  const [first] = verdict.reasons;
  const good = outcome === "accepted" || outcome === "accepted_with_limits";
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const fix = first === undefined ? words.nothing_better : first.prompt;
  const limits = verdict.limits.map((limit) => words[limit]);
  return (
    <section class="verdict" data-outcome={outcome}>
      <div class="verdict-head">
        <span class="badge">
          <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d={ICONS[outcome]} />
          </svg>
        </span>
        <h1 ref={title} tabIndex={-1}>
          {words[outcome]}
        </h1>
      </div>
      <p class="fix">{good && first === undefined ? words.nothing_better : fix}</p>
      {good && limits.length > 0 && (
        <p class="limits">
          {words.not_for} {limits.join(", ")}
        </p>
      )}
      <Overlay answered={answered} photoUrl={photoUrl} />
      <p class="small">
        {!good && open && (
          <>
            {fill(words.attempt, { number })}{" "}
            {number < retryCap && fill(words.cap, { cap: retryCap })}{" "}
          </>
        )}
        {keptId === null ? words.not_kept : words.kept}
      </p>
      <div class="verdict-foot">
        {open && !good && (
          <button type="button" class="button primary wide" onClick={onAgain}>
            {words.try_again}
          </button>
        )}
        <button
          type="button"
          class={`button wide ${good || !open ? "primary" : ""}`}
          onClick={onNext}
        >
          {words.next}
        </button>
      </div>
    </section>
  );
}

/** The photo with the screen outlined and what was hidden filled. */
function Overlay({ answered, photoUrl }: { answered: Answered; photoUrl: string }) {
  const { words } = useSpeech();
  const size = answered.report?.photo.size_wh as [number, number] | null | undefined;
  const screen = answered.report?.screen ?? null;
  const regions = answered.report?.identifiers?.regions ?? [];
  const hidden = regions.filter((one) => one.action === "masked" && one.kind !== "surround");
  const toPhoto = screen !== null && size ? projector(screen, size) : null;
  const label =
    screen === null ? words.overlay_none : fill(words.overlay, { count: hidden.length });
  return (
    <figure class="shot">
      <img src={photoUrl} alt={words.your_photo} />
      {size && (
        <svg
          viewBox={`0 0 ${size[0]} ${size[1]}`}
          preserveAspectRatio="xMidYMid meet"
          role="img"
          aria-label={label}
        >
          {toPhoto !== null &&
            hidden.map(({ polygon }) => (
              <polygon
                key={written(polygon)}
                class="hidden"
                points={written(polygon.map(toPhoto))}
              />
            ))}
          {screen !== null && (
            <polygon
              class="screen"
              points={written(screen.corners_xy.map(([x = 0, y = 0]) => [x + 0.5, y + 0.5]))}
            />
          )}
        </svg>
      )}
    </figure>
  );
}
