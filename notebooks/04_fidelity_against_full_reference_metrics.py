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
# # Fidelity against full-reference metrics and baselines
#
# The gate predicts, without the export, what a full-reference comparison with it would say.
# Here that prediction stands beside the comparison itself, beside the other full-reference
# metrics, and beside sharpness measures that need no reference and that others use.
#
# The short form makes a few photos; set `SONOGATE_NOTEBOOKS=full` for one that says more.

# %%
import os

import cv2
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from skimage.measure import blur_effect

import sonogate as sg
from sonogate.evaluate.study.statistics import agree
from sonogate.simulate import photograph, render_export

FULL = os.environ.get("SONOGATE_NOTEBOOKS") == "full"
PHOTOS, PHOTO_WH = (240, (2304, 1728)) if FULL else (8, (1200, 900))
SEED = 50_400_000
gate = sg.default_gate()

# %% [markdown]
# ## Photos, comparison and prediction
# The true figures compare the photo with its export by the known geometry, over the scan area.


# %%
def look(seed: int) -> dict[str, float | str | None]:
    """Photograph a screen; compare, predict, and take the baselines."""
    export = render_export(seed)
    photo = photograph(export, seed, "full", PHOTO_WH, "quality")
    truth = photo.truth
    picture = sg.decode(photo.data)
    quad = sg.ScreenQuad(truth.corners_xy, 100.0, truth.visible_fraction, truth.distortion_k1)
    screen = sg.rectify(picture, quad, export.size_wh, gate)
    quality = sg.measure(picture, screen, gate)
    shown = cv2.resize(screen.pixels, export.size_wh, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY).astype(np.float32)
    across, down = (cv2.Sobel(grey, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    fidelity = quality.fidelity
    figures = {
        name.removeprefix("captured_"): value
        for name, value in truth.figures.items()
        if name.startswith("captured_")
    }
    return figures | {
        "phone": truth.phone_key,
        "fidelity": None if fidelity is None else fidelity.value,
        "low": None if fidelity is None else fidelity.low,
        "high": None if fidelity is None else fidelity.high,
        "variance of Laplacian": float(cv2.Laplacian(grey, cv2.CV_32F).var()),
        "Tenengrad": float((across**2 + down**2).mean()),
        "blur effect, negated": -float(blur_effect(grey)),
    }


rows = pd.DataFrame([look(SEED + number) for number in range(PHOTOS)])
target = 100.0 * rows["haarpsi"].to_numpy(float)
clusters = rows["phone"].astype(str).to_numpy(str)

# %% [markdown]
# ## Who ranks the photos as HaarPSI does
# Full-reference metrics see the export; the gate and the baselines do not. Intervals are over
# simulated phones.

# %%
contestants = {
    "gate's fidelity": "no reference",
    "variance of Laplacian": "no reference",
    "Tenengrad": "no reference",
    "blur effect, negated": "no reference",
    "ms_ssim": "full reference",
    "gmsd": "full reference",
    "vifp": "full reference",
    "ssim": "full reference",
    "psnr_db": "full reference",
}
table = []
for name, kind in contestants.items():
    own = rows["fidelity" if name == "gate's fidelity" else name].to_numpy(float)
    found = agree(own, target, clusters, fit=False)
    table.append(
        {
            "figure": name,
            "kind": kind,
            "SRCC to HaarPSI (95% interval)": "too few" if found is None else str(found.srcc),
            "KRCC": np.nan if found is None else round(found.krcc, 3),
            "n": 0 if found is None else found.srcc.n,
        }
    )
pd.DataFrame(table).set_index("figure")

# %%
figure, axis = plt.subplots(figsize=(5.5, 5), layout="constrained")
axis.hlines(target, rows["low"], rows["high"], color="lightgrey", label="the gate's 90% interval")
axis.scatter(rows["fidelity"], target, s=18, zorder=3)
axis.plot([0, 100], [0, 100], ":", color="black", linewidth=0.8, label="equal")
axis.set_xlabel("fidelity predicted without the export (0–100)")
axis.set_ylabel("HaarPSI to the export × 100")
axis.set_title(f"n = {len(rows)} simulated photos", fontsize=9)
axis.legend(fontsize=8)
inside = ((target >= rows["low"]) & (target <= rows["high"])).mean()
print(f"{100 * inside:.0f}% of {len(rows)} inside the 90% interval")

# %% [markdown]
# **What these figures support.** How far the prediction can stand in for the comparison on
# simulated photos of this preset, and whether it does better than sharpness measures that cost
# nothing. They say nothing of real phones: the simulator can be told from real photos. The
# short form's eight photos show that the machinery runs; a claim about rank needs the full form,
# and an honest one the phones and panels that the fidelity was not fitted on.
