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
# # Masking: leaks, kept text, worst cases
#
# Every run of text on a simulated screen is known with its ink, so what masking left can be
# counted by the pixel. A text leaks when more than 2% of its ink is not covered. Three costs
# stand against it: screens that are refused, clinical text that is masked too, and scan
# pixels that are covered needlessly.
#
# The short form makes a few photos; set `SONOGATE_NOTEBOOKS=full` for one that says more.

# %%
import os

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

import sonogate as sg
from sonogate.evaluate import masking, masking_photos
from sonogate.evaluate.masking_report import as_table

FULL = os.environ.get("SONOGATE_NOTEBOOKS") == "full"
PHOTOS, PHOTO_WH = (120, (2304, 1728)) if FULL else (3, (1440, 1080))
SEED = 50_600_000
gate = sg.default_gate()

# %%
screens = list(masking_photos.simulated(range(SEED, SEED + PHOTOS), PHOTO_WH, gate.policy))
accepts = masking.gate_accepts(gate)
outcomes = [masking.judge(one, gate.reader, gate.policy, accepts=accepts) for one in screens]
display(Markdown(as_table(outcomes)))

# %% [markdown]
# ## One row a screen
# `seen` is the share of the ink of the worst leak that stayed visible, `contrast` by how many
# spreads of its surroundings it stands out: below 1 nobody reads it.

# %%
rows = []
for one in outcomes:
    worst = max(one.leaks, key=lambda leak: leak.visible * leak.contrast, default=None)
    rows.append(
        {
            "screen": one.name,
            "layout": one.family,
            "accepted": one.accepted,
            "identifiers": len(one.identifiers),
            "leaks": len(one.leaks),
            "worst leak": "" if worst is None else worst.kind,
            "seen": 0.0 if worst is None else round(worst.visible, 2),
            "contrast": 0.0 if worst is None else round(worst.contrast, 2),
            "clinical kept": f"{one.kept} of {one.clinical}",
            "needless, % of scan": round(100 * one.needless, 3),
        }
    )
table = pd.DataFrame(rows).set_index("screen")
table

# %% [markdown]
# ## The worst cases
# Screens with a leak first, refused ones after, then those that lost most of their clinical
# text. Shown is the masked picture, also of screens that the gate refuses and lets nothing of go.


# %%
def badness(place: int) -> tuple[bool, bool, float]:
    one = outcomes[place]
    lost = 1.0 - one.kept / one.clinical if one.clinical else 0.0
    return bool(one.leaks) and one.accepted, not one.accepted, lost


order = sorted(range(len(outcomes)), key=badness, reverse=True)[:4]
figure, axes = plt.subplots(1, len(order), figsize=(4 * len(order), 3.4), layout="constrained")
for axis, place in zip(axes, order, strict=True):
    one = outcomes[place]
    if one.worst is not None:
        axis.imshow(one.worst)
    told = f"{one.name}: {'accepted' if one.accepted else 'refused'}, {len(one.leaks)} leaks"
    axis.set_title(told, fontsize=8)
    axis.set_axis_off()

# %% [markdown]
# **What these figures support.** The table's interval is the claim: with no leak in n accepted
# screens the rate may still be as high as 1 − 0.025^(1/n), 71% for three screens and 3% for
# 120. The texts are invented and drawn in the simulator's fonts and layouts; a layout that it
# does not know is not in these figures. A leak of low contrast counts as one here, though
# nobody can read it.
