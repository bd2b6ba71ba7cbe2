import { describe, expect, it } from "vitest";
import { LANGUAGES } from "../shared/i18n";
import english from "./words/en.json";

const catalogues = import.meta.glob<{ default: Record<string, string> }>("./words/*.json", {
  eager: true,
});
const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe.each(Object.keys(LANGUAGES))("the words in %s", (language) => {
  const words = catalogues[`./words/${language}.json`]?.default ?? {};
  it("are all there, and none is too many", () => {
    expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort());
  });
  it("have the places of the English ones", () => {
    for (const [key, text] of Object.entries(english)) {
      expect([key, places(words[key] ?? "")]).toEqual([key, places(text)]);
    }
  });
});
