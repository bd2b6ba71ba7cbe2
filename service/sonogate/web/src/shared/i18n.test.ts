import { describe, expect, it } from "vitest";
import { fill, LANGUAGES, loadPrompts, preferredLanguage, prompt } from "./i18n";

describe("language", () => {
  it("takes the first that there is", () => {
    expect(preferredLanguage(["nl-NL", "pt-BR", "en"])).toBe("pt");
    expect(preferredLanguage(["nl"])).toBe("en");
  });
  it("fills the places of a sentence and leaves unknown ones", () => {
    expect(fill("{a} of {b}", { a: 1 })).toBe("1 of {b}");
  });
});

describe("prompts", () => {
  it.each(Object.keys(LANGUAGES))("are the service's own in %s", async (language) => {
    const texts = await loadPrompts(language as keyof typeof LANGUAGES);
    expect(prompt(texts, "too_far")).toBe(texts.too_far);
    expect(prompt(texts, "too_far").length).toBeGreaterThan(5);
    expect(prompt(texts, "cut_off", "left")).toContain(texts["direction/left"]);
    expect(prompt(texts, "glare", "top")).toContain(texts["place/top"]);
  });
});
