"""The gate as it is run: which locator, which reader, which versions."""

from __future__ import annotations

from concurrent.futures import Executor
from importlib.metadata import version
from types import MappingProxyType
from typing import Protocol

from sonogate.identifiers import PatientContext
from sonogate.onnx.glance import GlancingLocator
from sonogate.onnx.locator import LearnedLocator
from sonogate.onnx.ocr import RapidOcrReader
from sonogate.onnx.weights import load_manifest, read_weight
from sonogate.pipeline import Gate
from sonogate.policy import Policy, default_policy
from sonogate.prompts import load_sentences
from sonogate.quality import parse_fidelity_model, parse_glare_model
from sonogate.screen import ClassicalLocator, ScreenLocator
from sonogate.screen.combined import CombinedLocator
from sonogate.types import Assessment, Versions


class Assessor(Protocol):
    """What a command or a service needs of a gate."""

    def assess(self, data: bytes, patient: PatientContext | None = None) -> Assessment:
        """Return the assessment of the photo with these bytes, of this patient if known."""
        ...


class GateFactory(Protocol):
    """Loads a gate; ``default_gate`` is one."""

    def __call__(
        self,
        policy: Policy,
        *,
        language: str,
        export_size_wh: tuple[int, int] | None,
        executor: Executor | None,
        threads: int | None,
    ) -> Assessor:
        """Return a gate that follows ``policy`` and prompts in ``language``."""
        ...


def default_gate(
    policy: Policy | None = None,
    *,
    language: str = "en",
    export_size_wh: tuple[int, int] | None = None,
    executor: Executor | None = None,
    threads: int | None = None,
) -> Gate:
    """Load the models that ship with the package and return a gate that uses them.

    Args:
        policy: Thresholds; None for the policy of the package.
        language: Language of the prompts.
        export_size_wh: The displays' own pixel grid where it is known.
        executor: Where text is read while the measures are taken; None to do one after
            the other.
        threads: Threads inside one operator of a network; None for every core.

    Raises:
        ModelError: A model is missing or is not the one that the manifest names.
        PolicyError: The policy of the package is malformed.
        UnknownLanguageError: There are no prompts in ``language``.
    """
    policy = default_policy() if policy is None else policy
    reader = RapidOcrReader(threads)
    manifest = load_manifest()
    glare, fidelity = manifest["glare"], manifest["fidelity"]
    located = manifest["locator"]
    models = {**reader.versions, located.name: located.sha256, glare.name: glare.sha256}
    models[fidelity.name] = fidelity.sha256
    return Gate(
        policy=policy,
        locator=load_locator(policy),
        reader=reader,
        sentences=load_sentences(language),
        versions=Versions(version("sonogate"), policy.version, MappingProxyType(models)),
        glare_model=parse_glare_model(read_weight(glare)),
        fidelity_model=parse_fidelity_model(read_weight(fidelity)),
        export_size_wh=export_size_wh,
        executor=executor,
    )


def load_locator(policy: Policy) -> ScreenLocator:
    """Load what finds the display: the trained locator and the one that follows edges.

    Args:
        policy: Its section of the screen.

    Raises:
        ModelError: The model is missing or is not the one that the manifest names.
    """
    rules = policy.screen
    return CombinedLocator(
        LearnedLocator(rules.locator, least_presence=rules.least_presence),
        ClassicalLocator(rules),
        rules,
        LearnedLocator(rules.locator, least_presence=rules.suspected_presence),
    )


def load_glance(policy: Policy | None = None) -> GlancingLocator:
    """Load what looks at the frames of a live camera, as ``guidance.guide`` needs it.

    Args:
        policy: Thresholds; None for the policy of the package.

    Raises:
        ModelError: The locator's weights are missing or not those of the manifest.
        PolicyError: The policy of the package is malformed.
    """
    policy = default_policy() if policy is None else policy
    return GlancingLocator(policy.screen.locator)
