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
# # Does each measure recover its truth?
#
# A simulated photo comes with everything known about it, so each measure of the gate can be
# set against what it is meant to measure. The screens are taken out of the photos by their
# true corners: what is judged here are the measures, not the search for the screen.
#
# The short form makes a few photos; set `SONOGATE_NOTEBOOKS=full` for one that says more.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.stats import spearmanr

import sonogate as sg
from sonogate.simulate import photograph, render_export

FULL = os.environ.get("SONOGATE_NOTEBOOKS") == "full"
PHOTOS, PHOTO_WH = (240, (2304, 1728)) if FULL else (6, (1200, 900))
SEED = 50_300_000
gate = sg.default_gate()

# %% [markdown]
# ## Which truth belongs to which measure
# Only measures whose truth the simulator states in the same unit, or as a quantity that must
# rise and fall with it, are listed.

# %%
TRUTHS = {
    "sampling": ("sampling_px", "camera px per export px"),
    "sharpness": ("mtf50_cpx", "MTF50, cycles per export px (truth: optics alone)"),
    "motion": ("motion_export_px", "smear, export px"),
    "veil": ("veil_pct", "% of screen white"),
    "glare": ("glare_pct", "% of content that loses over a fifth of its grey steps"),
    "perspective": ("tilt_deg", "degrees"),
    "compression": ("jpeg_quality", "quality factor"),
}


def look(seed: int) -> dict[str, float | None]:
    """Photograph a screen and measure it, both as one row."""
    export = render_export(seed)
    photo = photograph(export, seed, "full", PHOTO_WH, "quality", fidelity=False)
    truth = photo.truth
    picture = sg.decode(photo.data)
    quad = sg.ScreenQuad(truth.corners_xy, 100.0, truth.visible_fraction, truth.distortion_k1)
    screen = sg.rectify(picture, quad, export.size_wh, gate)
    quality = sg.measure(picture, screen, gate)
    row = {f"truth_{name}": value for name, value in truth.figures.items()}
    row["truth_tilt_deg"] = truth.tilt_deg
    return row | {measure: quality[measure].raw for measure in TRUTHS}


rows = pd.DataFrame([look(SEED + number) for number in range(PHOTOS)])

# %% [markdown]
# ## Measured against true

# %%
figure, axes = plt.subplots(2, 4, figsize=(15, 7), layout="constrained")
table = []
for axis, (measure, (truth, unit)) in zip(axes.flat, TRUTHS.items(), strict=False):
    x = rows[f"truth_{truth}"].astype(float)
    y = rows[measure].astype(float)
    known = x.notna() & y.notna()
    axis.scatter(x[known], y[known], s=18)
    if known.any():
        ends = [min(x[known].min(), y[known].min()), max(x[known].max(), y[known].max())]
        axis.plot(ends, ends, color="grey", linewidth=0.8, label="equal")
    axis.set_title(f"{measure}, n = {int(known.sum())}", fontsize=9)
    axis.set_xlabel(f"true: {unit}", fontsize=7)
    axis.set_ylabel("measured", fontsize=8)
    varied = known.sum() > 2 and x[known].nunique() > 1 and y[known].nunique() > 1
    table.append(
        {
            "measure": measure,
            "unit": unit,
            "n": int(known.sum()),
            "not assessed": int((~known).sum()),
            "median error": float(np.median(y[known] - x[known])) if known.any() else np.nan,
            "median |error|": float(np.median(abs(y[known] - x[known]))) if known.any() else np.nan,
            "SRCC": spearmanr(x[known], y[known]).statistic if varied else np.nan,
        }
    )
axes.flat[-1].set_axis_off()
pd.DataFrame(table).set_index("measure").round(3)

# %% [markdown]
# **What these figures support.** Where the points lie on the grey line a measure recovers its
# truth in its own unit; where they only rise with it, the measure ranks photos but its unit is
# not to be read literally. Two truths are not the measured quantity itself: sharpness is
# measured in the file, after the phone's own sharpening, and its truth is that of the optics;
# and a truth of no motion or no glare leaves nothing to rank. With the few photos of the short
# form no rank correlation means anything; the full form's 240 give each to about ± 0.1.
