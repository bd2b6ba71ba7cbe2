import { useEffect, useRef } from "preact/hooks";
import { fill } from "../shared/i18n";
import { useSpeech, type Words } from "./speech";
import type { Progress } from "./upload";

interface Props {
  readonly photoUrl: string;
  readonly progress: Progress;
  readonly onCancel: () => void;
}

/** How far the photo is. */
export function Sending({ photoUrl, progress, onCancel }: Props) {
  const { words } = useSpeech();
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const share = progress.kind === "sending" ? progress.share : 1;
  return (
    <section class="sending" data-progress={progress.kind}>
      <figure class="shot">
        <img src={photoUrl} alt={words.your_photo} />
      </figure>
      <h1 ref={title} tabIndex={-1}>
        {progress.kind === "looking" ? words.looking : words.sending}
      </h1>
      <progress
        aria-label={words.sending}
        max={1}
        {...(progress.kind === "sending" ? { value: share } : {})}
      />
      <p role="status">{told(progress, words)}</p>
      <button type="button" class="button wide" onClick={onCancel}>
        {words.cancel}
      </button>
    </section>
  );
}

function told(progress: Progress, words: Words): string {
  if (progress.kind === "sending") {
    return fill(words.sent, { percent: Math.round(100 * progress.share) });
  }
  return progress.kind === "looking"
    ? ""
    : fill(words[progress.why], { seconds: progress.seconds });
}
