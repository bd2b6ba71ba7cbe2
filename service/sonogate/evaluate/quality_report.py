"""An evaluation of quality as one folder: rows, figures, plots, and a page that holds it all."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from sonogate.evaluate import quality_plots, quality_run
from sonogate.evaluate import quality_summary as summary
from sonogate.evaluate import statistics as st
from sonogate.evaluate.bad import bad_photos
from sonogate.evaluate.calibrate import ACCEPTED
from sonogate.policy import CalibrationPolicy

WORST = 12
BETTER = 0.5  # points of fidelity that make the next photo a better one
THUMB_PX = 300
THUMB_QUALITY = 80
STYLE = (
    "body{font:15px/1.45 sans-serif;max-width:70em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #ccc;padding:.2em .6em;"
    "text-align:right}td:first-child,th:first-child{text-align:left}img{max-width:100%}"
    "figure{display:inline-block;margin:.4em;width:300px;vertical-align:top}"
)
CONDITIONS = {
    True: "Screens and scan areas are those of the truth.",
    False: "Screens and scan areas are as the gate found them.",
}


def write(
    folder: Path,
    rows: summary.Rows,
    rules: CalibrationPolicy,
    dataset: Path,
    facts: dict[str, str],
    true_corners: bool,
) -> None:
    """Write ``photos.parquet``, ``figures.json``, plots and ``report.html`` into ``folder``.

    Args:
        folder: Where to; made when absent.
        rows: What ``quality_run`` returned.
        rules: Which photos are bad.
        dataset: Where the photos are, for the gallery.
        facts: What the page's head says: data, versions.
        true_corners: Whether the screens are the true ones.
    """
    folder.mkdir(parents=True, exist_ok=True)
    quality_run.write_rows(folder / "photos.parquet", rows)
    bad = bad_photos(rows, rules)
    figures = collect(rows, bad)
    (folder / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    plots = quality_plots.draw_all(folder, rows, bad)
    body = [
        "<h1>Quality against the truth</h1>",
        _paragraph(CONDITIONS[true_corners]),
        _table(("what", "value"), facts.items()),
        *_sections(rows, figures, rules),
        *(f'<img src="{_data_url(folder / name, "png")}" alt="{name}">' for name in plots),
        "<h2>Farthest from the truth</h2>",
        *_gallery(rows, dataset),
    ]
    page = f"<!doctype html><meta charset=utf-8><title>Quality</title><style>{STYLE}</style>"
    (folder / "report.html").write_text(page + "\n".join(body), "utf-8")


def collect(rows: summary.Rows, bad: Any) -> dict[str, Any]:
    """Return every figure of the page as plain numbers and strings."""
    seen, true, inside = summary.fidelity(rows)
    told = np.array([row.get("fidelity") is not None for row in rows])
    accepted = np.array([row["outcome"] in ACCEPTED for row in rows])
    errors, count = int((accepted & (bad > 0.5)).sum()), int(accepted.sum())
    good = max(int((bad < 0.5).sum()), 1)
    named = summary.causes(rows)
    total = sum(named.values())
    asked, better, gained = summary.followed(rows, BETTER)
    return {
        "photos": len(rows),
        "found": sum(bool(row["found"]) for row in rows),
        "recovery": [asdict(one) for one in summary.recovery(rows)],
        "predictors": [asdict(one) for one in summary.predictors(rows)],
        "coverage": float(inside.mean()) if len(inside) else None,
        "mean_absolute_error": float(np.abs(seen - true).mean()) if len(seen) else None,
        "panels": summary.groups(rows, "panel_key"),
        "phones": summary.groups(rows, "phone_key"),
        "families": summary.groups(rows, "family"),
        "auc": st.auc(seen, bad[told]),
        "bad": int((bad > 0.5).sum()),
        "accepted": count,
        "bad_accepted": errors,
        "bad_accepted_bound": st.upper_bound(errors, count, 0.95),
        "good_accepted": float((accepted & (bad < 0.5)).sum()) / good,
        "causes": {f"{true_code} → {code}": n for (true_code, code), n in named.most_common()},
        "cause_first": sum(n for (a, b), n in named.items() if a == b) / total if total else None,
        "followed": {"photos": asked, "better": better, "mean_gain": gained},
        "maps": asdict(summary.maps(rows)),
        "assess_cpu_ms": float(
            np.median([row["assess_cpu_ms"] for row in rows if "assess_cpu_ms" in row] or [0.0])
        ),
    }


def _sections(
    rows: summary.Rows, figures: dict[str, Any], rules: CalibrationPolicy
) -> Iterable[str]:
    yield "<h2>Recovery of each measure's truth</h2>"
    yield _paragraph(
        "Bias and errors are medians and 90th percentiles of measured minus true; sampling and "
        "sharpness relative to the truth, sharpness on photos that are not smeared. The truth "
        "of noise has another unit, so only its rank is compared; that of exposure knows "
        "clipping alone."
    )
    head = ("measure", "photos", "failed", "bias", "median", "p90", "truth p5–p95", "SRCC")
    yield _table(
        head,
        (
            (
                one.name, one.count, one.failed, _number(one.bias), _number(one.median_error),
                _number(one.p90_error), f"{_number(one.low)} – {_number(one.high)}", one.srcc,
            )
            for one in summary.recovery(rows)
        ),
    )  # fmt: skip
    yield "<h2>What follows the true fidelity</h2>"
    yield _paragraph(
        "PLCC and RMSE after a 4-parameter logistic fit; intervals of 95% over contents."
    )
    yield _table(
        ("predictor", "photos", "SRCC", "KRCC", "PLCC", "RMSE"),
        (
            (one.name, one.count, one.srcc, _number(one.krcc), _number(one.plcc), _number(one.rmse))
            for one in summary.predictors(rows)
        ),
    )
    for key in ("panels", "phones", "families"):
        yield f"<h3>By {key}</h3>"
        yield _table(
            ("group", "photos", "SRCC", "mean error", "inside the 90% interval"),
            ((name, n, *map(_number, rest)) for name, n, *rest in figures[key]),
        )
    yield "<h2>Decision</h2>"
    yield _paragraph(
        f"Bad: true fidelity under {rules.min_fidelity:g}, MTF50 under {rules.min_mtf50:g}, over "
        f"{rules.max_glare_pct:g}% under reflections, {rules.max_clipped_pct:g}% clipped or "
        f"{rules.max_occluded_pct:g}% occluded, or less than {rules.min_visible_pct:g}% visible. "
        "Masking is taken to have succeeded."
    )
    names = ("bad", "accepted", "bad_accepted", "bad_accepted_bound", "good_accepted", "auc")
    yield _table(("figure", "value"), ((name, _number(figures[name])) for name in names))
    yield "<h2>Maps</h2>"
    yield _paragraph(
        "Cells of the scan area: reflections against those that take over a fifth of the "
        "grey steps of most of a cell, moiré against its amplitude."
    )
    yield _table(("figure", "value"), ((k, _number(v)) for k, v in figures["maps"].items()))
    if figures["followed"]["photos"]:
        yield "<h2>Doing what is asked first</h2>"
        yield _table(("figure", "value"), ((k, _number(v)) for k, v in figures["followed"].items()))
    if figures["causes"]:
        yield "<h2>Dominant fault → first reason</h2>"
        yield _table(("pair", "photos"), figures["causes"].items())


def _gallery(rows: summary.Rows, dataset: Path) -> Iterable[str]:
    kept = [row for row in rows if row.get("fidelity") is not None]
    kept.sort(key=lambda row: -abs(row["fidelity"] - row["true_fidelity"]))
    for row in kept[:WORST]:
        picture = cv2.imread(str(dataset / row["photo"]))
        if picture is None:
            continue  # a format that this reader does not know
        scale = THUMB_PX / max(picture.shape[:2])
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, THUMB_QUALITY])
        url = "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode()
        told = (
            f"{row['index']}: true {row['true_fidelity']:.0f}, predicted {row['fidelity']:.0f}; "
            f"{row['outcome']}, {row['first_reason'] or 'no reason'}; {row['family']}"
        )
        caption = f"<figcaption>{html.escape(told)}</figcaption>"
        yield f'<figure><img src="{url}" alt="">{caption}</figure>'


def _data_url(path: Path, kind: str) -> str:
    return f"data:image/{kind};base64," + base64.b64encode(path.read_bytes()).decode()


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    top = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    lines = (
        "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{top}</tr>{''.join(lines)}</table>"


def _number(value: Any) -> str:
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
