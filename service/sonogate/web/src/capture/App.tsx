import { useEffect, useRef, useState } from "preact/hooks";
import { api, type Problem, type Schemas } from "../shared/api";
import type { Language } from "../shared/i18n";
import { NEW_CASE, submissionOf } from "./case";
import { type Guide, startGuide } from "./live";
import { Offline, Refused } from "./notices";
import { count, keep, takeOldest } from "./queue";
import { Sending } from "./Sending";
import { Setup } from "./Setup";
import { SignIn } from "./SignIn";
import { type Answered, Case, type Result } from "./sending";
import { useSpeech } from "./speech";
import type { Progress } from "./upload";
import { Verdict } from "./Verdict";
import { Viewfinder } from "./Viewfinder";

type Step =
  | { kind: "setup" }
  | { kind: "camera" }
  | { kind: "sending"; progress: Progress }
  | { kind: "verdict"; answered: Answered }
  | { kind: "sign_in"; expired: boolean }
  | { kind: "offline"; queued: boolean }
  | { kind: "refused"; problem: Problem };

interface Shot {
  readonly photo: Blob;
  readonly url: string;
}

interface Props {
  /** What the service guides by; null while it cannot be reached. */
  readonly settings: Schemas["GuidanceRulesOut"] | null;
  readonly onLanguage: (language: Language) => void;
}

/** The capture page: one photo after another, each in memory alone. */
export function App({ settings, onLanguage }: Props) {
  const { language } = useSpeech();
  const [step, setStep] = useState<Step>({ kind: "setup" });
  const [told, setTold] = useState(NEW_CASE);
  const [guide, setGuide] = useState<Guide | null>(null);
  const [guideFailed, setGuideFailed] = useState(false);
  const [waiting, setWaiting] = useState(0);
  const shot = useRef<Shot | null>(null);
  const sending = useRef<AbortController | null>(null);
  const current = useRef<Case | null>(null);

  useEffect(() => {
    if (settings === null) return setGuideFailed(true);
    let started: Guide | null = null;
    setGuideFailed(false);
    startGuide(settings)
      .then((made) => {
        started = made;
        setGuide(made);
      })
      .catch(() => setGuideFailed(true));
    return () => started?.close();
  }, [settings]);

  useEffect(() => {
    if (told.keepsQueue) void count(Date.now()).then(setWaiting);
  }, [told.keepsQueue, step.kind]);

  const drop = () => {
    if (shot.current !== null) URL.revokeObjectURL(shot.current.url);
    shot.current = null;
  };

  const submit = async () => {
    if (shot.current === null) return;
    const keeps = settings?.keeps_submissions ?? false;
    current.current ??= new Case(keeps, submissionOf(told, new Date()));
    const work = new AbortController();
    sending.current = work;
    const tell = (progress: Progress) => {
      if (!work.signal.aborted) setStep({ kind: "sending", progress });
    };
    const line = { language, signal: work.signal, tell };
    const result = await current.current.attempt(shot.current.photo, line).catch(() => null);
    if (result !== null && !work.signal.aborted) await conclude(result);
  };

  const conclude = async (result: Result) => {
    if (result.kind === "answered") return setStep({ kind: "verdict", answered: result.answered });
    if (result.kind === "expired") return setStep({ kind: "sign_in", expired: true });
    if (result.kind === "problem") return setStep({ kind: "refused", problem: result.problem });
    const queued = told.keepsQueue && settings !== null && shot.current !== null;
    if (queued && shot.current !== null && current.current !== null) {
      const unsent = current.current.unsent(shot.current.photo);
      await keep(unsent, Date.now() + 1000 * settings.rules.queue_s);
    }
    setStep({ kind: "offline", queued });
  };

  const take = (photo: Blob) => {
    drop();
    shot.current = { photo, url: URL.createObjectURL(photo) };
    void submit();
  };

  const again = () => {
    sending.current?.abort();
    drop();
    setStep({ kind: "camera" });
  };

  const next = () => {
    current.current = null;
    again();
  };

  const sendWaiting = async () => {
    await takeOldest(Date.now(), async (unsent) => {
      const { photo } = unsent;
      drop();
      shot.current = { photo, url: URL.createObjectURL(photo) };
      current.current = Case.of(unsent, settings?.keeps_submissions ?? false);
      const quiet = { language, signal: new AbortController().signal, tell: () => undefined };
      const result = await current.current.attempt(photo, quiet);
      if (result.kind === "offline") return false;
      await conclude(result);
      return result.kind !== "expired";
    });
    setWaiting(await count(Date.now()));
  };

  switch (step.kind) {
    case "setup":
      return (
        <Setup
          value={told}
          asksCase={settings?.keeps_submissions ?? false}
          onChange={setTold}
          onLanguage={onLanguage}
          onDone={async () => {
            const needed = (settings?.keeps_submissions ?? false) && !(await isKnown());
            setStep(needed ? { kind: "sign_in", expired: false } : { kind: "camera" });
          }}
        />
      );
    case "camera":
      return (
        <Viewfinder
          guide={guide}
          rules={settings?.rules ?? null}
          guideFailed={guideFailed}
          waiting={waiting}
          onSendWaiting={() => void sendWaiting()}
          onPhoto={take}
          onSettings={() => setStep({ kind: "setup" })}
        />
      );
    case "sending":
      return (
        <Sending photoUrl={shot.current?.url ?? ""} progress={step.progress} onCancel={again} />
      );
    case "verdict":
      return (
        <Verdict
          answered={step.answered}
          photoUrl={shot.current?.url ?? ""}
          retryCap={settings?.rules.retry_cap ?? 1}
          onAgain={again}
          onNext={next}
        />
      );
    case "sign_in":
      return (
        <SignIn
          expired={step.expired}
          onOpen={() => (step.expired ? void submit() : setStep({ kind: "camera" }))}
        />
      );
    case "offline":
      return <Offline queued={step.queued} onSend={() => void submit()} onNext={next} />;
    case "refused":
      return <Refused problem={step.problem} onAgain={again} />;
  }
}

/** Whether the service knows who is asking. */
async function isKnown(): Promise<boolean> {
  try {
    const { response } = await api.GET("/v1/submissions", { params: { query: { limit: 1 } } });
    return response.status !== 401;
  } catch {
    return true;
  }
}
