"""What the commands ``evaluate quality`` and ``evaluate calibrate`` do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sonogate import quality
from sonogate.evaluate import calibrate as calibration
from sonogate.evaluate import quality_report, quality_run
from sonogate.evaluate import quality_summary as summary
from sonogate.onnx.locator import LearnedLocator
from sonogate.onnx.weights import load_manifest, read_weight
from sonogate.policy import Policy
from sonogate.prompts import load_sentences

Echo = Callable[[str], None]
EVERY = 50


def evaluate(
    dataset: Path, out: Path, policy: Policy, split: str | None, located: bool, echo: Echo
) -> str:
    """Measure a data set, write the report, and return its main figures in words.

    Args:
        dataset: Folder that ``sonogate simulate`` wrote.
        out: Folder for the report.
        policy: Score curves and thresholds.
        split: Only this split; None for all.
        located: Whether to find the screens instead of taking the true ones.
        echo: Takes lines of progress.
    """
    rows = run(dataset, policy, split, located, echo)
    facts = {
        "photos": str(len(rows)),
        "split": split or "all",
        "sonogate": version_of("sonogate"),
        "policy": policy.version,
    }
    quality_report.write(out, rows, policy.calibration, dataset, facts, not located)
    lines = [f"{len(rows)} photos; fidelity and baselines against the true fidelity:"]
    lines += [
        f"  {one.name:28} SRCC {one.srcc}  RMSE {one.rmse:.1f}" for one in summary.predictors(rows)
    ]
    lines.append("each measure against its truth:")
    lines += [
        f"  {one.name:14} bias {one.bias:8.3f}  median {one.median_error:7.3f}  "
        f"p90 {one.p90_error:7.3f}  SRCC {one.srcc}  (n {one.count}, failed {one.failed})"
        for one in summary.recovery(rows)
    ]
    return "\n".join(lines)


def calibrate(
    dataset: Path,
    source: Path | None,
    policy: Policy,
    split: str | None,
    version: str,
    echo: Echo,
) -> tuple[str, str | None]:
    """Return what was found in words, and the new policy's text where a risk is certified.

    Args:
        dataset: Folder of simulated photos, or the rows of an evaluation as Parquet, which
            must come from a policy without a least fidelity.
        source: The policy file to start from; None for the package's.
        policy: The same, read.
        split: Only this split; None for all.
        version: Of the new policy.
        echo: Takes lines of progress.
    """
    if dataset.suffix == ".parquet":
        rows = pq.read_table(dataset).to_pylist()
        rows = [row for row in rows if split is None or row["split"] == split]
    else:
        free = replace(policy, verdict=replace(policy.verdict, min_fidelity=0.0))
        rows = run(dataset, free, split, False, echo)
    choice = calibration.choose(rows, policy)
    told = calibration.as_text(choice, policy, len(rows))
    if choice.chosen is None:
        return told, None
    path = resources.files("sonogate.models").joinpath("policy.toml")
    text = path.read_text("utf-8") if source is None else source.read_text("utf-8")
    return told, calibration.rewrite(text, choice.chosen, version)


def run(
    dataset: Path, policy: Policy, split: str | None, located: bool, echo: Echo
) -> list[dict[str, Any]]:
    """Return one row a photo with the package's models."""
    manifest = load_manifest()
    glare = quality.parse_glare_model(read_weight(manifest["glare"]))
    predictor = quality.parse_fidelity_model(read_weight(manifest["fidelity"]))

    def report(done: int, of: int) -> None:
        if done % EVERY == 0:
            echo(f"{done} of {of} photos")

    locator = LearnedLocator(policy.screen.locator) if located else None
    return quality_run.measure_dataset(
        dataset, policy, load_sentences("en"), glare, predictor, split, locator, report
    )
