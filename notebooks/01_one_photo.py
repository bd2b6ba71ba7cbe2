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
# # One photo, from file to verdict
#
# A photo of an ultrasound machine's screen goes through the gate one stage at a time. Each
# stage is a pure function from a frozen value to the next; the gate itself does no more
# than call them in this order.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.patches import Polygon

from sonogate.gate import default_gate
from sonogate.photo import decode
from sonogate.policy import default_policy

SAMPLES = Path("../samples")
policy = default_policy()
data = (SAMPLES / "good_cart.jpg").read_bytes()

# %% [markdown]
# ## The photo
# Magic bytes decide what the file is. Camera facts that are useful are kept; the place, the
# comments and all else that a file can carry are dropped here.

# %%
photo = decode(data, policy.photo)
print(photo.size_wh, photo.format, photo.camera, photo.encoding)

# %% [markdown]
# ## The whole way
# The gate locates the screen, refines its corners, rectifies it, measures it, finds and
# classifies its text, masks it, and decides.

# %%
gate = default_gate(policy)
assessment = gate.assess(data)
screen = assessment.screen
assert screen is not None
assert assessment.quality is not None
assert assessment.masked is not None

figure, axes = plt.subplots(1, 2, figsize=(13, 5))
axes[0].imshow(photo.pixels)
axes[0].add_patch(Polygon(screen.quad.corners_xy, fill=False, edgecolor="tab:cyan", linewidth=2))
axes[0].set_title(f"photo, tilt {screen.tilt_deg:.1f}°")
axes[1].imshow(assessment.masked.pixels)
if screen.scan_area_xy is not None:
    axes[1].add_patch(Polygon(screen.scan_area_xy, fill=False, edgecolor="tab:orange", linewidth=1))
axes[1].set_title("rectified and masked: the only pixels that leave")
for axis in axes:
    axis.set_axis_off()
figure.tight_layout()

# %% [markdown]
# ## The measures
# Each has a native value with its unit, a score in which 50 is the limit of acceptance and 90
# as good as the export, or the reason why it could not be assessed.

# %%
pd.DataFrame(
    [
        {
            "measure": m.name,
            "raw": m.raw,
            "unit": m.unit,
            "score": m.score,
            "failure": m.failure or "",
        }
        for m in assessment.quality.measures
    ]
).set_index("measure")

# %% [markdown]
# ## Every sample
# What the gate says of the photos that ship with the project, and where the time goes.

# %%
rows = []
for path in sorted([*SAMPLES.glob("*.jpg"), *SAMPLES.glob("*.png")]):
    result = gate.assess(path.read_bytes())
    verdict = result.verdict
    fidelity = result.quality.fidelity if result.quality else None
    rows.append(
        {
            "photo": path.stem,
            "outcome": verdict.outcome,
            "first reason": verdict.reasons[0].code if verdict.reasons else "",
            "fidelity": f"{fidelity.value:.0f} ({fidelity.low:.0f}–{fidelity.high:.0f})"
            if fidelity
            else "",
            "masked complete": result.identifiers.complete if result.identifiers else None,
            "total ms": round(result.timings_ms["total"]),
        }
    )
table = pd.DataFrame(rows).set_index("photo")
table

# %% [markdown]
# **What these figures support.** On these few photos the gate's verdict and its first reason
# can be compared with what a person sees in them. They are examples, not a test set: rates
# of error need the evaluations, whose figures stand in the README and the model cards.
