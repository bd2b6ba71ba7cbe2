import type { Problem } from "../shared/api";
import { useSpeech } from "./speech";

interface OfflineProps {
  readonly queued: boolean;
  readonly onSend: () => void;
  readonly onNext: () => void;
}

/** There is no line; the photo is still on the page, or waits encrypted. */
export function Offline({ queued, onSend, onNext }: OfflineProps) {
  const { words } = useSpeech();
  return (
    <section class="trouble" data-trouble="offline">
      <svg class="icon large" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M4 9a12 12 0 0 1 16 0M7 12.5a7.5 7.5 0 0 1 10 0M10 16a3 3 0 0 1 4 0M3 3l18 18" />
      </svg>
      <h1 tabIndex={-1}>{words.offline}</h1>
      <p>{queued ? words.kept_waiting : words.offline_fix}</p>
      {!queued && (
        <button type="button" class="button primary wide" onClick={onSend}>
          {words.send_again}
        </button>
      )}
      <button type="button" class={`button wide ${queued ? "primary" : ""}`} onClick={onNext}>
        {words.next}
      </button>
    </section>
  );
}

/** The service gave no verdict, and says what to do. */
export function Refused({ problem, onAgain }: { problem: Problem; onAgain: () => void }) {
  const { words } = useSpeech();
  return (
    <section class="trouble" data-trouble={problem?.code ?? "fault"}>
      <svg class="icon large" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M12 5v9M12 18.5v.1" />
      </svg>
      <h1 tabIndex={-1}>{words.fault}</h1>
      <p role="alert">{problem?.detail ?? words.unreachable}</p>
      <button type="button" class="button primary wide" onClick={onAgain}>
        {words.try_again}
      </button>
    </section>
  );
}
