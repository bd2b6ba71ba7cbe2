// A photo to the service, over a bad line: a request is repeated with its key, so that the
// service answers it once, however often it arrives.

import type { Problem, Schemas } from "../shared/api";
import { authorization } from "../shared/session";

export type Report = Schemas["ServiceReport"];
export type Attempt = Schemas["Attempt"];

/** What the page is told meanwhile. */
export type Progress =
  | { kind: "sending"; share: number }
  | { kind: "looking" }
  | { kind: "waiting"; why: "line" | "busy"; seconds: number };

export type Outcome =
  | { kind: "answer"; body: unknown }
  | { kind: "problem"; problem: Problem }
  | { kind: "expired" }
  | { kind: "offline" };

const WAITS_S = [1, 2, 4, 8, 16];

/**
 * POST a body until it is answered; gives up after some attempts over a dead line. Whoever sends
 * the same again gives the same key, so that it counts once though an answer was lost.
 */
export async function send(
  path: string,
  body: Blob | string,
  type: string,
  language: string,
  key: string,
  signal: AbortSignal,
  tell: (progress: Progress) => void,
): Promise<Outcome> {
  for (let turn = 0; ; turn += 1) {
    tell({ kind: "sending", share: 0 });
    const answer = await post(path, body, type, language, key, signal, tell).catch(() => null);
    signal.throwIfAborted();
    const busy = answer !== null && isBusy(answer);
    if (answer !== null && !busy) return outcomeOf(answer);
    if (turn >= WAITS_S.length) {
      return answer === null ? { kind: "offline" } : outcomeOf(answer);
    }
    const seconds = Math.max(WAITS_S[turn]!, answer?.retryAfterS ?? 0);
    await pause(seconds, signal, (left) =>
      tell({ kind: "waiting", why: busy ? "busy" : "line", seconds: left }),
    );
  }
}

interface Raw {
  readonly status: number;
  readonly retryAfterS: number;
  readonly body: unknown;
}

/** `fetch` tells nothing of how much has been sent, XMLHttpRequest does. */
function post(
  path: string,
  body: Blob | string,
  type: string,
  language: string,
  key: string,
  signal: AbortSignal,
  tell: (progress: Progress) => void,
): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    const headers = {
      "content-type": type,
      "accept-language": language,
      "idempotency-key": key,
      ...authorization(),
    };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      const share = event.lengthComputable ? event.loaded / event.total : 0;
      tell(share < 1 ? { kind: "sending", share } : { kind: "looking" });
    };
    request.onload = () =>
      resolve({
        status: request.status,
        retryAfterS: Number(request.getResponseHeader("retry-after")) || 0,
        body: request.response,
      });
    request.onerror = () => reject(new Error("the line is dead"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.onabort = () => reject(new Error("given up"));
    request.send(body);
  });
}

/** Whether the same request will be served later: the service is busy, or still at it. */
function isBusy({ status, body }: Raw): boolean {
  const code = (body as Problem | null)?.code;
  return status === 429 || status === 503 || (status === 409 && code === "in_progress");
}

function outcomeOf({ status, body }: Raw): Outcome {
  if (status >= 200 && status < 300) return { kind: "answer", body };
  if (status === 401) return { kind: "expired" };
  return { kind: "problem", problem: body as Problem };
}

/** Count the seconds down. */
async function pause(
  seconds: number,
  signal: AbortSignal,
  tell: (left: number) => void,
): Promise<void> {
  for (let left = seconds; left > 0; left -= 1) {
    tell(left);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    signal.throwIfAborted();
  }
}
