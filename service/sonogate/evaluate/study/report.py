"""A study's report: one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from pathlib import Path

from sonogate.evaluate.paired_files import NAMES
from sonogate.evaluate.study.agreement import Icc
from sonogate.evaluate.study.analysis import Analysis
from sonogate.evaluate.study.description import Study
from sonogate.evaluate.study.mixed import MixedModel
from sonogate.evaluate.study.statistics import Agreement, Estimate

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#24292f;max-width:62rem;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid #d0d7de}
table{border-collapse:collapse;margin:.6rem 0}th,td{padding:.2rem .8rem;text-align:left;
border-bottom:1px solid #d8dee4}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
figure{display:inline-block;margin:.4rem;vertical-align:top}figcaption{color:#57606a;max-width:34rem}
.note{color:#57606a}.warn{color:#9a6700}svg,img{max-width:100%;height:auto}
"""
_CAPTIONS = {
    "captured_and_fitted": "Each point is a pair. Above the line: what was lost to tone alone.",
    "fidelity": "The gate's own prediction, made without the export, against the comparison "
    "with it. Bars: the prediction's 90% interval.",
    "measures": "Each measure's score (0–100, higher is better) against HaarPSI as captured.",
    "opinion": "Figures against the mean of the raters' scores.",
}


def write_report(study: Study, analysis: Analysis, plots: Mapping[str, Path], path: Path) -> None:
    """Write the report.

    Args:
        study: What was compared.
        analysis: What was found.
        plots: SVG files by name; they are embedded.
        path: The HTML file.
    """
    body = [
        f"<h1>{html.escape(study.title)}</h1>",
        f"<p>{html.escape(study.description)}</p>" if study.description else "",
        _counts(study, analysis),
        _means(analysis),
        _figure(plots, "captured_and_fitted"),
        _prediction(analysis),
        _figure(plots, "fidelity"),
        _measures(analysis),
        _figure(plots, "measures"),
        _factors(analysis, plots),
        _people(analysis),
        _figure(plots, "opinion"),
        _methods(study, analysis),
    ]
    title = html.escape(study.title)
    path.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style><body>{''.join(body)}</body></html>\n",
        "utf-8",
    )


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], first_numbers: int = 1) -> str:
    """Return a table; columns from ``first_numbers`` on are set to the right."""

    def cells(row: Sequence[str], tag: str) -> str:
        kinds = ("" if place < first_numbers else ' class="n"' for place in range(len(row)))
        return "".join(
            f"<{tag}{kind}>{html.escape(cell)}</{tag}>"
            for cell, kind in zip(row, kinds, strict=True)
        )

    lines = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{cells(headings, 'th')}</tr></thead><tbody>{lines}</tbody></table>"


def _figure(plots: Mapping[str, Path], name: str, caption: str | None = None) -> str:
    if name not in plots:
        return ""
    data = base64.b64encode(plots[name].read_bytes()).decode("ascii")
    told = _CAPTIONS.get(name, "") if caption is None else caption
    return (
        f'<figure><img alt="{html.escape(told)}" src="data:image/svg+xml;base64,{data}">'
        f"<figcaption>{html.escape(told)}</figcaption></figure>"
    )


def _counts(study: Study, analysis: Analysis) -> str:
    clusters = len(set(analysis.clusters.tolist()))
    own = "" if study.cluster is None else f" of {html.escape(study.cluster)}"
    lines = [
        "<h2>Pairs</h2>",
        f"<p>{len(analysis.table)} pairs, of which {len(analysis.used)} have figures that can be "
        f"trusted, in {clusters} clusters{own}.</p>",
    ]
    if analysis.failures:
        rows = [(why.replace("_", " "), str(count)) for why, count in analysis.failures.items()]
        lines.append(_table(("without figures because", "pairs"), rows))
    if "outcome" in analysis.table:
        counts = analysis.table["outcome"].value_counts()
        rows = [(str(name).replace("_", " "), str(int(count))) for name, count in counts.items()]
        lines.append(_table(("the gate's verdict", "pairs"), rows))
    return "".join(lines)


def _means(analysis: Analysis) -> str:
    if not analysis.means:
        return ""
    rows = [
        (label, str(analysis.means[f"captured_{name}"]), str(analysis.means[f"tone_fitted_{name}"]))
        for name, label in NAMES.items()
    ]
    return (
        "<h2>Full-reference figures over the scan area</h2>"
        + _table(("mean (95% interval)", "as captured", "after a monotone tone fit"), rows)
        + '<p class="note">As captured: brightness and colour as the room, the display and the '
        "phone made them. After the tone fit: what processing could win back. Luminance is not "
        "matched otherwise.</p>"
    )


def _prediction(analysis: Analysis) -> str:
    found = analysis.fidelity
    if found is None:
        return ""
    rows = [
        ("SRCC", *_shown(found.srcc)),
        ("KRCC", f"{found.krcc:.3f}", str(found.srcc.n)),
        ("PLCC", *_shown(found.plcc)),
        ("RMSE, points", *_shown(found.rmse)),
    ]
    if analysis.coverage is not None:
        rows.append(("share inside the 90% interval", *_shown(analysis.coverage)))
    return "<h2>Fidelity predicted without the export</h2>" + _table(
        ("against HaarPSI × 100", "value (95% interval)", "n"), rows
    )


def _shown(one: Estimate | None) -> tuple[str, str]:
    return ("did not converge", "") if one is None else (str(one), str(one.n))


def _measures(analysis: Analysis) -> str:
    rows = [(name, *_correlation(found)) for name, found in analysis.measures.items()]
    return "<h2>Measures</h2>" + _table(
        ("score against HaarPSI as captured", "SRCC (95% interval)", "KRCC", "n"), rows
    )


def _correlation(found: Agreement | None) -> tuple[str, str, str]:
    if found is None:
        return "too few values, or all equal", "", ""
    return str(found.srcc), f"{found.krcc:.3f}", str(found.srcc.n)


def _factors(analysis: Analysis, plots: Mapping[str, Path]) -> str:
    parts = []
    for factor in analysis.by_factor:
        parts.append(
            _figure(plots, f"factor_{factor}", f"HaarPSI as captured by {analysis.labels[factor]}.")
        )
    model = analysis.model
    if isinstance(model, MixedModel):
        rows = [
            (_term(one.term, analysis.labels), f"{one.value:+.4f}",
             f"{one.low:+.4f} to {one.high:+.4f}", _p(one.p))
            for one in model.effects
        ]  # fmt: skip
        parts.append(_table(("effect on HaarPSI", "estimate", "95% interval", "p"), rows))
        parts.append(
            f'<p class="note">Linear mixed model, {model.n} pairs, an intercept for each of '
            f"{model.clusters} clusters; standard deviation between clusters "
            f"{model.between_sd:.3f}, within {model.within_sd:.3f}.</p>"
        )
        parts += [f'<p class="warn">{html.escape(one)}</p>' for one in model.warnings]
    else:
        parts.append(f'<p class="note">{html.escape(model)}</p>')
    return "<h2>Factors</h2>" + "".join(parts)


def _term(term: str, labels: Mapping[str, str]) -> str:
    """Return a term with its factor called as the study calls it."""
    name, colon, rest = term.removeprefix("fact_").partition(":")
    return labels.get(name, name) + colon + rest


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _people(analysis: Analysis) -> str:
    found = analysis.raters
    if found is None:
        return ""
    rows = [
        ("ICC(2,1), one rater", _icc(found.single)),
        ("ICC(2,k), the mean of all", _icc(found.mean)),
        ("Krippendorff's alpha, scores", _or_unknown(found.alpha_scores)),
        ("Krippendorff's alpha, accept or not", _or_unknown(found.alpha_accept)),
    ]
    cap = "" if found.mean is None else (
        f" A figure that knew the true quality would correlate with the mean opinion at about "
        f"{max(found.mean.value, 0.0) ** 0.5:.2f}, the square root of ICC(2,k)."
    )  # fmt: skip
    opinion = [(name, *_correlation(one)) for name, one in analysis.opinion.items()]
    return (
        "<h2>Raters</h2>"
        + f"<p>{found.scores} scores by {found.raters} raters.{cap}</p>"
        + _table(("agreement", "value (95% interval)"), rows)
        + _table(("against the mean opinion score", "SRCC (95% interval)", "KRCC", "n"), opinion)
    )


def _icc(found: Icc | None) -> str:
    if found is None:
        return "unknown: too few subjects rated by all"
    return (
        f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f}), {found.subjects} subjects, "
        f"{found.raters} raters"
    )


def _or_unknown(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"


def _methods(study: Study, analysis: Analysis) -> str:
    row = analysis.table.iloc[0]
    own = "each pair by itself" if study.cluster is None else f"the column {study.cluster}"
    return (
        "<h2>Methods</h2><p>Each photo's screen was located, rectified and registered to its "
        "export; pairs whose registration left more than the policy allows have no figures. "
        "Intervals are percentiles of 1,000 resamples of whole clusters, which are "
        f"{html.escape(own)}; with fewer than eight clusters none is given. PLCC and RMSE follow "
        "a four-parameter logistic fit to all pairs.</p>"
        f'<p class="note">sonogate {html.escape(str(row["sonogate_version"]))}, policy '
        f"{html.escape(str(row['policy_version']))}, rows {html.escape(str(row['schema']))}. "
        "The models' digests are in pairs.parquet.</p>"
    )
