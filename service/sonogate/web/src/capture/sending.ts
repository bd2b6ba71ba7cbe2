// One photo of a case to the service: the submission is made with the first, and stays open
// for the next attempt.

import type { Problem, Schemas } from "../shared/api";
import { type Outcome, type Progress, send } from "./upload";

type Submission = Schemas["SubmissionIn"];
/** What an attempt and an assessment both say of a photo. */
export type Report = Pick<Schemas["ServiceReport"], "screen" | "identifiers" | "verdict"> & {
  readonly photo: Pick<Schemas["ServiceReport"]["photo"], "size_wh">;
};
/** What the verdict is shown from. */
export interface Answered {
  readonly verdict: Schemas["Verdict"];
  readonly report: Report | null;
  /** Where the picture is that was kept; null when none was. */
  readonly keptId: string | null;
  readonly number: number;
  /** Whether another attempt may follow. */
  readonly open: boolean;
}
export type Result =
  | { kind: "answered"; answered: Answered }
  | { kind: "problem"; problem: Problem }
  | { kind: "expired" }
  | { kind: "offline" };

interface Line {
  readonly language: string;
  readonly signal: AbortSignal;
  readonly tell: (progress: Progress) => void;
}

/** A photo that is sent later, as what it would have been sent as now. */
export interface Unsent {
  readonly photo: Blob;
  readonly photoKey: string;
  readonly submission: Submission;
  readonly submissionKey: string;
}

/** A submission's attempts, one after the other. */
export class Case {
  private id: string | null = null;
  private tried = 0;
  private readonly keys = new Map<Blob, string>();

  /** `keepsSubmissions` as the service says: without records it only assesses. */
  constructor(
    private readonly keepsSubmissions: boolean,
    private readonly submission: Submission,
    private readonly submissionKey: string = crypto.randomUUID(),
  ) {}

  /** Return the case of a photo that has waited. */
  static of(unsent: Unsent, keepsSubmissions: boolean): Case {
    const made = new Case(keepsSubmissions, unsent.submission, unsent.submissionKey);
    made.keys.set(unsent.photo, unsent.photoKey);
    return made;
  }

  unsent(photo: Blob): Unsent {
    const { submission, submissionKey } = this;
    return { photo, photoKey: this.keyOf(photo), submission, submissionKey };
  }

  async attempt(photo: Blob, line: Line): Promise<Result> {
    if (!this.keepsSubmissions) return this.assess(photo, line);
    if (this.id === null) {
      const told = JSON.stringify(this.submission);
      const made = await post("/v1/submissions", told, JSON_TYPE, this.submissionKey, line);
      if (made.kind !== "answer") return made;
      this.id = (made.body as Schemas["Submission"]).id;
    }
    const path = `/v1/submissions/${this.id}/photos`;
    const outcome = await post(path, photo, typeOf(photo), this.keyOf(photo), line);
    if (outcome.kind !== "answer") return outcome;
    const attempt = outcome.body as Schemas["Attempt"];
    const open = attempt.submission_state === "open";
    const { number, released, image_id: keptId } = attempt;
    const report = attempt.report as Report | null;
    const { reasons = [], limits = [] } = report?.verdict ?? {};
    const verdict = { reasons, limits, outcome: released };
    return { kind: "answered", answered: { verdict, report, keptId, number, open } };
  }

  private async assess(photo: Blob, line: Line): Promise<Result> {
    const path = "/v1/assess?masked=none";
    const outcome = await post(path, photo, typeOf(photo), this.keyOf(photo), line);
    if (outcome.kind !== "answer") return outcome;
    const report = outcome.body as Schemas["ServiceReport"];
    this.tried += 1;
    const open = report.verdict.outcome === "retake";
    const { verdict } = report;
    return {
      kind: "answered",
      answered: { verdict, report, keptId: null, number: this.tried, open },
    };
  }

  private keyOf(photo: Blob): string {
    const key = this.keys.get(photo) ?? crypto.randomUUID();
    this.keys.set(photo, key);
    return key;
  }
}

const JSON_TYPE = "application/json";

function typeOf(photo: Blob): string {
  return photo.type.startsWith("image/") ? photo.type : "application/octet-stream";
}

function post(
  path: string,
  body: Blob | string,
  type: string,
  key: string,
  line: Line,
): Promise<Outcome> {
  return send(path, body, type, line.language, key, line.signal, line.tell);
}
