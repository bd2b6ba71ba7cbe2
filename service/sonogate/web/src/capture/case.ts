// What is said of a photo before the first shot; remembered by the page alone.

import type { Schemas } from "../shared/api";

export type Purpose = Schemas["Purpose"];
export const PURPOSES: readonly Purpose[] = [
  "direct_care",
  "consultation",
  "teaching",
  "research",
  "quality",
];

/** Body parts of DICOM PS3.16 CID 4, SNOMED CT. */
export const PARTS = {
  abdomen: { value: "818981001", meaning: "Abdomen" },
  heart: { value: "80891009", meaning: "Heart" },
  lung: { value: "39607008", meaning: "Lung" },
  pelvis: { value: "816092008", meaning: "Pelvis" },
  kidney: { value: "64033007", meaning: "Kidney" },
  neck: { value: "45048000", meaning: "Neck" },
  breast: { value: "76752008", meaning: "Breast" },
  limb: { value: "66019005", meaning: "Limb" },
} as const;
export type Part = keyof typeof PARTS;
export const SIDES = ["R", "L", "B"] as const;
export type Side = (typeof SIDES)[number];

export interface Case {
  readonly purpose: Purpose;
  readonly consented: boolean;
  readonly consentBy: string;
  readonly consentReference: string;
  readonly consentWritten: boolean;
  readonly part: Part | null;
  readonly side: Side | null;
  readonly question: string;
  readonly keepsQueue: boolean;
}

export const NEW_CASE: Case = {
  purpose: "direct_care",
  consented: false,
  consentBy: "",
  consentReference: "",
  consentWritten: false,
  part: null,
  side: null,
  question: "",
  keepsQueue: false,
};

export const needsConsent = (one: Case): boolean => one.purpose !== "direct_care";
export const needsContext = (one: Case): boolean => one.purpose === "consultation";

/** Return what is typed as a code, which has no spaces: they become hyphens. */
export const asCode = (typed: string): string => typed.trimStart().replace(/\s+/g, "-");

/** Return what the service is told. */
export function submissionOf(one: Case, now: Date): Schemas["SubmissionIn"] {
  const part = one.part === null ? null : { system: "SCT", ...PARTS[one.part] };
  const question = one.question.trim() || null;
  const told = part !== null || one.side !== null || question !== null;
  return {
    purpose: one.purpose,
    consent: needsConsent(one)
      ? {
          recorded_by: one.consentBy.trim(),
          recorded_at: now.toISOString(),
          written: one.consentWritten,
          reference: one.consentReference.trim(),
          scope: [one.purpose],
        }
      : null,
    context: told ? { body_part: part, side: one.side, question, coded_findings: [] } : null,
    device: {},
  };
}
