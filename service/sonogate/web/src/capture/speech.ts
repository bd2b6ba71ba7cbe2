import { createContext } from "preact";
import { useContext } from "preact/hooks";
import {
  type Catalogues,
  type Language,
  loadPrompts,
  loadWords,
  type Prompts,
} from "../shared/i18n";
import type english from "./words/en.json";

export type Words = typeof english;

/** The page's words and the service's sentences, in one language. */
export interface Speech {
  readonly language: Language;
  readonly words: Words;
  readonly prompts: Prompts;
}

const catalogues: Catalogues<Words> = import.meta.glob<{ default: Words }>("./words/*.json");

export async function loadSpeech(language: Language): Promise<Speech> {
  const [words, prompts] = await Promise.all([
    loadWords(catalogues, language),
    loadPrompts(language),
  ]);
  return { language, words, prompts };
}

export const SpeechContext = createContext<Speech | null>(null);

export function useSpeech(): Speech {
  const speech = useContext(SpeechContext);
  if (speech === null) throw new Error("the page has no language yet");
  return speech;
}
