// What the page asks of the service; what fails is a `ServiceError` with the service's own code.

import { api, type Problem, type Schemas } from "../shared/api";
import { signedIn } from "../shared/session";

export type Picture = Schemas["Image"];
export type Attempt = Schemas["Attempt"];
export type Limits = Schemas["Limits"];
export type Verification = Schemas["Verification"];
export type Report = Schemas["ServiceReport"];
export type MeasureName = keyof Schemas["Quality"]["measures"];
export type Region = Schemas["Identifiers"]["regions"][number];
export type AddedMask = Schemas["MaskIn"];
/** What is left out has the service's defaults. */
export type Patient = Partial<Schemas["PatientIn"]> & { patient_id: string };
export type Shape = Schemas["ExportIn"]["shape"];

export class ServiceError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
  ) {
    super(code);
  }
}

/** Called when the service no longer knows who is asking. */
let onExpired: () => void = () => {};

export function whenExpired(run: () => void): void {
  onExpired = run;
}

interface Told<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

async function told<Data>(asked: Promise<Told<Data>>): Promise<Data> {
  let answer: Told<Data>;
  try {
    answer = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ServiceError("offline", 0);
  }
  if (answer.response.ok && answer.data !== undefined) return answer.data;
  const { status } = answer.response;
  if (status === 401 && signedIn()) onExpired();
  throw new ServiceError((answer.error as Partial<Problem> | undefined)?.code ?? "other", status);
}

/** What pictures are wanted, as the service's query names it. */
export type Wanted = Partial<Record<(typeof FILTERS)[number], string>>;
export const FILTERS = [
  "since",
  "until",
  "outcome",
  "state",
  "reason",
  "limitation",
  "purpose",
  "device_model",
  "site",
  "preset",
  "fidelity",
] as const;
const PAGE = 30;

export function search(wanted: Wanted, after: string | null): Promise<Schemas["ImagePage"]> {
  const query = { ...wanted, limit: PAGE, ...(after === null ? {} : { after }) };
  return told(api.GET("/v1/images", { params: { query: query as { limit: number } } }));
}

function at(image_id: string) {
  return { params: { path: { image_id } } };
}

export function fetchPicture(id: string): Promise<Picture> {
  return told(api.GET("/v1/images/{image_id}", at(id)));
}

export async function fetchFile(id: string, small: boolean, signal?: AbortSignal): Promise<Blob> {
  const rest = { ...at(id), parseAs: "blob", ...(signal ? { signal } : {}) } as const;
  return told(
    small
      ? api.GET("/v1/images/{image_id}/thumbnail", rest)
      : api.GET("/v1/images/{image_id}/file", rest),
  ) as unknown as Promise<Blob>;
}

export async function fetchAttempts(submission_id: string): Promise<Attempt[]> {
  const path = { params: { path: { submission_id } } };
  return (await told(api.GET("/v1/submissions/{submission_id}/attempts", path))).items;
}

export function fetchLimits(): Promise<Limits> {
  return told(api.GET("/v1/limits"));
}

/** Return the archives that pictures can be sent to; null where nothing can be exported. */
export async function fetchArchives(): Promise<string[] | null> {
  try {
    return (await told(api.GET("/v1/destinations"))).items;
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return null;
    throw error;
  }
}

export function recall(id: string, reason: string): Promise<Picture> {
  return told(api.POST("/v1/images/{image_id}/recall", { ...at(id), body: { reason } }));
}

/** Hide more; a request with the same key that is sent again hides nothing twice. */
export function maskMore(
  id: string,
  masks: AddedMask[],
  reason: string,
  key: string,
): Promise<Picture> {
  return told(
    api.POST("/v1/images/{image_id}/masks", {
      params: { path: { image_id: id }, header: { "Idempotency-Key": key } },
      body: { masks, reason },
    }),
  );
}

export interface Copy {
  file: Blob;
  signature: string | null;
}

function named(patient: Patient | undefined): { patient?: Schemas["PatientIn"] } {
  return patient === undefined ? {} : { patient: patient as Schemas["PatientIn"] };
}

export async function exportCopy(id: string, shape: Shape, patient?: Patient): Promise<Copy> {
  let signature: string | null = null;
  const asked = api
    .POST("/v1/images/{image_id}/export", {
      ...at(id),
      body: { shape, ...named(patient) },
      parseAs: "blob",
    })
    .then((answer) => {
      signature = answer.response.headers.get("Sonogate-Signature");
      return answer;
    });
  const file = (await told(asked)) as unknown as Blob;
  return { file, signature };
}

export async function send(id: string, destination: string, patient?: Patient): Promise<void> {
  const body = { destination, ...named(patient) };
  await told(api.POST("/v1/images/{image_id}/send", { ...at(id), body }));
}

export function verify(file: Blob, signature: string): Promise<Verification> {
  const header = signature === "" ? {} : { "Sonogate-Signature": signature };
  return told(
    api.POST("/v1/verify", {
      params: { header },
      headers: { "content-type": "application/octet-stream" },
      body: file as unknown as string,
      bodySerializer: (body) => body as unknown as Blob,
    }),
  );
}
