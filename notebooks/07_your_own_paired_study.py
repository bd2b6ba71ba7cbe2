# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Your own paired study
#
# Photos in one folder, the machine's exports in another, a table that says which belong
# together, and what is known of each: that is a study. This notebook makes a small one from
# the composed samples, runs it, and reads its tables, its model and its report. With your own
# folder set `STUDY` to it and begin at "Run it".
#
# The short form takes three pairs; `SONOGATE_NOTEBOOKS=full` adds the other samples and 110
# simulated pairs.

# %%
import csv
import os
import tempfile
from pathlib import Path

import cv2
from IPython.display import HTML, SVG, display

import sonogate as sg
from sonogate.evaluate.study import StudyOptions, read_study, run_study
from sonogate.evaluate.study.analysis import analyse
from sonogate.evaluate.study.mixed import MixedModel
from sonogate.evaluate.study.plots import draw_plots
from sonogate.evaluate.study.report import write_report
from sonogate.simulate import photograph, render_export

FULL = os.environ.get("SONOGATE_NOTEBOOKS") == "full"
SAMPLES = Path("../samples").resolve()
scratch = tempfile.TemporaryDirectory()
STUDY = Path(scratch.name)

# %% [markdown]
# ## The folder
# `pairs.csv` needs the columns `photo` and `export`. `pair` names a pair in the results, where
# no file's name appears; `scan_area` may give the polygon to compare over; every other column
# can be a factor or say which pairs belong together.

# %%
composed = [("far", "muscle"), ("blur", "echo"), ("glare", "muscle")]
if FULL:
    composed += [("good_cart", "echo"), ("good_handheld", "handheld"), ("moire", "handheld")]
pairs = [
    {
        "pair": photo,
        "photo": str(SAMPLES / f"{photo}.jpg"),
        "export": str(SAMPLES / "exports" / f"{export}.png"),
        "fault": photo if not photo.startswith("good") else "none",
        "phone": f"sample-{export}",
        "made": "composed",
    }
    for photo, export in composed
]
for number in range(110 if FULL else 0):
    seed = 50_700_000 + number
    export = render_export(seed)
    phone = number % 15
    photo = photograph(export, seed, "full", (1920, 1440), "quality", phone_number=phone)
    if export.scan_area_xy is None:
        continue
    (STUDY / f"{number}.jpg").write_bytes(photo.data)
    cv2.imwrite(str(STUDY / f"{number}.png"), export.pixels[..., ::-1])
    pairs.append(
        {
            "pair": f"simulated-{number}",
            "photo": f"{number}.jpg",
            "export": f"{number}.png",
            "fault": "",
            "phone": f"phone-{phone}",
            "made": "simulated",
            "scan_area": " ".join(f"{value:.1f}" for value in export.scan_area_xy.ravel()),
            "sampling": photo.truth.figures["sampling_px"],
            "veil": photo.truth.figures["veil_pct"],
        }
    )
names = list(dict.fromkeys(name for pair in pairs for name in pair))
with (STUDY / "pairs.csv").open("w", newline="") as file:
    writer = csv.DictWriter(file, names, restval="")
    writer.writeheader()
    writer.writerows(pairs)
factors = '["sampling", "veil"]' if FULL else '["fault"]'
labels = """
[labels]
sampling = "sampling, camera px per export px"
veil = "veil, % of white"
"""
(STUDY / "study.toml").write_text(
    f"""schema = "sonogate.study/1"
title = "Composed samples beside their exports"
description = "Real exports with invented identifiers, photographed by the simulated camera."
pairs = "pairs.csv"
cluster = "phone"
factors = {factors}
{labels if FULL else ""}"""
)

# %% [markdown]
# ## Run it
# On the command line this is `sonogate evaluate study FOLDER`. Without verdicts no text is
# read, which takes most of the time; full-reference figures need none.

# %%
study = read_study(STUDY)
gate = sg.default_gate()
results = STUDY / "results"
table = run_study(study, gate, results, StudyOptions(verdicts=False), lambda _: None)
columns = ["pair", "failure", "trusted", "shift_px", "in_frame"]
figures = ["captured_haarpsi", "tone_fitted_haarpsi", "captured_ms_ssim", "fidelity_value"]
table[columns + figures].round(3).head(8)

# %% [markdown]
# ## What one pair looks like
# Pictures are masked by what may be shown of the photo and of the export.

# %%
found = sg.compare(SAMPLES / "far.jpg", SAMPLES / "exports" / "muscle.png")
found

# %% [markdown]
# ## Means, effects, report

# %%
analysis = analyse(study, table)
plots = draw_plots(analysis, results / "plots")
display(SVG(plots["captured_and_fitted"].read_text("utf-8")))
if isinstance(analysis.model, MixedModel):
    for effect in analysis.model.effects:
        low, high = effect.low, effect.high
        print(f"{effect.term}: {effect.value:+.3f} HaarPSI ({low:+.3f} to {high:+.3f})")
else:
    print("mixed model:", analysis.model)

# %%
write_report(study, analysis, plots, results / "report.html")
text = (results / "report.html").read_text("utf-8")
print(f"report.html, {len(text) / 1e3:.0f} kB, stands alone")
display(HTML(text[text.index("<h2>Full-reference") : text.index("<h2>Measures")]))

# %%
scratch.cleanup()

# %% [markdown]
# **What these figures support.** For each pair, how much of its export a photo kept, and how
# much of the loss a tone curve would undo. With three pairs in two clusters there is no
# interval and no model, and the report says so instead of giving one; the full form has
# both, for simulated phones. Effects of a factor are those of the simulator's ranges.
