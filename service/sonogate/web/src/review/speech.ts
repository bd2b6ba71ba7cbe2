// What the page says, and how it writes numbers and times.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Language, Prompts } from "../shared/i18n";
import { type Catalogues, loadPrompts, loadWords } from "../shared/i18n";
import type en from "./words/en.json";

export type Words = typeof en;

export interface Speech {
  words: Words;
  prompts: Prompts;
  language: Language;
  /** Speak another language from now on. */
  change: (language: Language) => void;
}

const catalogues = import.meta.glob<{ default: Words }>("./words/*.json") as Catalogues<Words>;

export async function load(language: Language): Promise<Pick<Speech, "words" | "prompts">> {
  const [words, prompts] = await Promise.all([
    loadWords(catalogues, language),
    loadPrompts(language),
  ]);
  return { words, prompts };
}

export const SpeechContext = createContext<Speech | null>(null);

export function useSpeech(): Speech {
  const speech = useContext(SpeechContext);
  if (speech === null) throw new Error("nothing to say");
  return speech;
}

export function writeNumber(language: Language, value: number, digits = 0): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

export function writeMoment(language: Language, moment: string): string {
  const shape = { dateStyle: "medium", timeStyle: "short" } as const;
  return new Intl.DateTimeFormat(language, shape).format(new Date(moment));
}
