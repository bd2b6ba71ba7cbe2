// Which language the page speaks. The prompts are the service's own catalogues; the pages'
// words are a catalogue a page and language beside it.

export const LANGUAGES = {
  ar: "العربية",
  de: "Deutsch",
  en: "English",
  es: "Español",
  fr: "Français",
  hi: "हिन्दी",
  pt: "Português",
  sw: "Kiswahili",
  zh: "中文",
} as const;
export type Language = keyof typeof LANGUAGES;

const RIGHT_TO_LEFT: ReadonlySet<Language> = new Set(["ar"]);

/** Loads a catalogue by language; `import.meta.glob` makes one chunk of each. */
export type Catalogues<Words> = Record<string, () => Promise<{ default: Words }>>;

const prompts = import.meta.glob<{ default: Record<string, string> }>(
  "../generated/prompts/*.json",
);

/** Return the best of the languages that the browser prefers; English for want of one. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split("-")[0] ?? "";
    if (base in LANGUAGES) return base as Language;
  }
  return "en";
}

export function direction(language: Language): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
}

/** Tell the document its language, for screen readers, hyphens and the layout's direction. */
export function applyLanguage(language: Language): void {
  document.documentElement.lang = language;
  document.documentElement.dir = direction(language);
}

/** Load one language of a catalogue. */
export async function loadWords<Words>(
  catalogues: Catalogues<Words>,
  language: Language,
): Promise<Words> {
  const name = Object.keys(catalogues).find((path) => path.endsWith(`/${language}.json`));
  if (name === undefined) throw new Error(`no words in ${language}`);
  return (await catalogues[name]!()).default;
}

/** The service's sentences and phrases by their context in the catalogue. */
export type Prompts = Readonly<Record<string, string>>;

export function loadPrompts(language: Language): Promise<Prompts> {
  return loadWords(prompts, language);
}

/**
 * Return the most telling sentence for a reason code, as `Sentences.prompt` does.
 *
 * @param place Where the fault lies, or the side to move to.
 */
export function prompt(texts: Prompts, code: string, place: string | null = null): string {
  if (place !== null) {
    const moving = texts[`${code}/direction`];
    if (moving !== undefined) {
      return moving.replace("{direction}", texts[`direction/${place}`] ?? "");
    }
    const placed = texts[`${code}/place`];
    if (placed !== undefined) return placed.replace("{place}", texts[`place/${place}`] ?? "");
  }
  return texts[code] ?? "";
}

/** Fill `{name}` places of a sentence. */
export function fill(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
