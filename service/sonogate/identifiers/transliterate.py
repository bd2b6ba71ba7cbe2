"""Names of other scripts as a console may write them in Latin letters.

A screen that shows a name in another script is masked without being understood; a name that a
client has in one script and the screen in another has to be compared by its sound. Cyrillic and
Greek follow the common romanisations (BGN/PCGN, ELOT 743) without diacritics; syllabaries are
spelt by the names that the Unicode standard gives their characters (chapter 4.8). Chinese
characters, whose readings need a dictionary, and scripts that leave out vowels have no spelling.
"""

from __future__ import annotations

import re
import unicodedata

_CYRILLIC = (
    "а:a б:b в:v г:g д:d е:e ё:e ж:zh з:z и:i й:y к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f "
    "х:kh ц:ts ч:ch ш:sh щ:shch ъ: ы:y ь: э:e ю:yu я:ya є:ye і:i ї:yi ґ:g ј:j љ:lj њ:nj ћ:c ђ:dj"
)
_GREEK = (
    "α:a β:v γ:g δ:d ε:e ζ:z η:i θ:th ι:i κ:k λ:l μ:m ν:n ξ:x ο:o π:p ρ:r σ:s ς:s τ:t υ:y φ:f "
    "χ:ch ψ:ps ω:o"
)
_LATIN = {
    letter: latin
    for letter, _, latin in (pair.partition(":") for pair in f"{_CYRILLIC} {_GREEK}".split(" "))
}
_SYLLABLE = re.compile(
    r"(?:HANGUL SYLLABLE|(?:KATAKANA|HIRAGANA) LETTER(?: SMALL)?|(?:DEVANAGARI|BENGALI|GUJARATI|"
    r"GURMUKHI|TAMIL|TELUGU|KANNADA|MALAYALAM|ORIYA|SINHALA) (?:LETTER|VOWEL SIGN|SIGN)) (\w+)"
)
_INDIC = re.compile(r"DEVANAGARI|BENGALI|GUJARATI|GURMUKHI|TAMIL|TELUGU|KANNADA|MALAYALAM|ORIYA")
# Private-use characters: no name has them.
_INHERENT, _SIGN = "\ue000", "\ue001"
_SILENT = {"VIRAMA": "", "NUKTA": "", "ANUSVARA": "n", "CANDRABINDU": "n", "VISARGA": "h"}


def spellings(name: str) -> tuple[str, ...]:
    """Return a name as it is, and in Latin letters where its script has a spelling in them."""
    latin = "".join(map(_sound, unicodedata.normalize("NFC", name.casefold())))
    # An inherent vowel is silent before a vowel's sign and at a word's end.
    latin = re.sub(rf"{_INHERENT}(?=$|{_SIGN}|[\W\d_])", "", latin)
    latin = latin.replace(_INHERENT, "a").replace(_SIGN, "")
    return (name,) if latin == name.casefold() else (name, latin)


def _sound(letter: str) -> str:
    for form in (letter, unicodedata.normalize("NFD", letter)[0]):
        if form in _LATIN:
            return _LATIN[form]
    return _syllable(letter)


def _syllable(letter: str) -> str:
    """Return a letter's sound, with marks for an inherent vowel and before a vowel's sign."""
    named = unicodedata.name(letter, "")
    found = _SYLLABLE.match(named)
    if found is None:
        return letter
    sound = found.group(1)
    if sound in _SILENT:
        return _SIGN + _SILENT[sound]
    sound = sound.lower()
    if _INDIC.match(named) is None:
        return sound
    # Long vowels are written short.
    sound = re.sub(r"(aa|ii|uu)", lambda pair: pair.group()[0], sound)
    if "VOWEL SIGN" in named:
        return _SIGN + sound
    return sound[:-1] + _INHERENT if len(sound) > 1 and sound.endswith("a") else sound
