// Signs that say the same as their colour, in shape and in words.

import { useSpeech } from "./speech";

type Outcome = "accepted" | "accepted_with_limits" | "retake" | "rejected";

const SHAPES: Record<Outcome, string> = {
  accepted: "M5 12.5l4.5 4.5L19 7.5",
  accepted_with_limits: "M5 12.5l4 4 5-6M18.5 6v6.5M18.5 17v.2",
  retake: "M19 12a7 7 0 1 1-2.2-5.1M19.5 3.5v4h-4",
  rejected: "M6.5 6.5l11 11M17.5 6.5l-11 11",
};

export function OutcomeMark({ outcome }: { outcome: Outcome }) {
  const { words } = useSpeech();
  return (
    <span class={`outcome ${outcome}`}>
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
        <path d={SHAPES[outcome]} />
      </svg>
      {words.outcomes[outcome]}
    </span>
  );
}
