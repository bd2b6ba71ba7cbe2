"""The language of a request's prompts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated

from fastapi import Header

from sonogate.pipeline import retell
from sonogate.policy import Policy
from sonogate.prompts import Sentences, choose_language, languages, load_sentences
from sonogate.types import Assessment


def accept_language(
    value: Annotated[
        str | None,
        Header(
            alias="Accept-Language",
            description="Language of the prompts; the service's own when none of these is there.",
        ),
    ] = None,
) -> str | None:
    """Return the request's Accept-Language header."""
    return value


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Tells assessments in the language that a request prefers.

    Attributes:
        policy: The policy that the assessments follow.
        own: The language that they come in.
        catalogues: Every language there is.
    """

    policy: Policy
    own: str
    catalogues: Mapping[str, Sentences] = field(repr=False)

    def tell(self, assessment: Assessment, header: str | None) -> tuple[Assessment, str]:
        """Return the assessment with its prompts as asked for, and their language.

        Args:
            assessment: In the service's own language.
            header: The request's ``Accept-Language``.
        """
        language = choose_language(header, tuple(self.catalogues), self.own)
        if language == self.own:
            return assessment, language
        return retell(assessment, self.policy, self.catalogues[language]), language


def load_interpreter(policy: Policy, own: str) -> Interpreter:
    """Load every catalogue.

    Args:
        policy: The policy that the assessments follow.
        own: The service's own language.

    Raises:
        UnknownLanguageError: There are no prompts in ``own``.
    """
    catalogues = {language: load_sentences(language) for language in languages()}
    return Interpreter(policy, load_sentences(own).language, MappingProxyType(catalogues))
