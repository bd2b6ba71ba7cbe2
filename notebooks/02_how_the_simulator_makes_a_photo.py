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
# # How the simulator makes a photo
#
# There is no public set of phone photos of ultrasound screens paired with their exports. The
# simulator makes such pairs, with everything known about them: a screen is drawn, a panel
# shows it, light falls on the glass, a lens and a sensor record it, and a phone makes a file
# of it. All is drawn from a seed; the same seed gives the same bytes.

# %%
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sonogate.simulate import Scenery, render_export
from sonogate.simulate.camera.draws import draw_setup
from sonogate.simulate.camera.explain import mend
from sonogate.simulate.camera.geometry import place
from sonogate.simulate.camera.photograph import take
from sonogate.simulate.camera.presets import PRESETS
from sonogate.simulate.camera.truth import see_straight
from sonogate.simulate.screens import FAMILIES

PHOTO_WH = (1600, 1200)
scenery = Scenery()  # rooms are drawn; a folder of real rooms can be given

# %% [markdown]
# ## The export
# The layout families, one each. Every run of text is known with its kind and its ink.

# %%
figure, axes = plt.subplots(4, 6, figsize=(15, 9))
for axis, (number, family) in zip(axes.flat, enumerate(FAMILIES), strict=False):
    axis.imshow(render_export(number, family).pixels)
    axis.set_title(family, fontsize=8)
for axis in axes.flat:
    axis.set_axis_off()
figure.tight_layout()

# %%
export = render_export(7, "cart_classic")
identifying = np.zeros(export.pixels.shape[:2], bool)
for text in export.texts:
    if text.kind != "clinical":
        x, y = text.ink_xy
        height, width = text.ink.shape
        identifying[y : y + height, x : x + width] |= text.ink
figure, axes = plt.subplots(1, 2, figsize=(13, 5))
axes[0].imshow(export.pixels)
if export.scan_area_xy is not None:
    axes[0].plot(*np.vstack([export.scan_area_xy, export.scan_area_xy[:1]]).T, "c", linewidth=1)
axes[0].set_title(f"the export, {export.size_wh[0]}×{export.size_wh[1]}, with its scan area")
axes[1].imshow(identifying, cmap="gray")
axes[1].set_title("ink that identifies")
for axis in axes:
    axis.set_axis_off()

# %% [markdown]
# ## The camera, one stage after the other
# The setup holds one frozen value a stage. Here a bad photo is mended stage by stage until
# only the panel, a good lens and the sensor are left.

# %%
setup = draw_setup(31, PRESETS["decision"], export.size_wh, PHOTO_WH)
setup = replace(
    setup,
    lens=replace(setup.lens, blur_px=4.0, motion_px=9.0),
    room=replace(setup.room, level=0.4, occluders=()),
    encoding=replace(setup.encoding, format="jpeg", quality=40, messenger=None, orientation=1),
)
steps = {"as taken": setup}
for fault in ("compressed", "blur_motion", "blur_focus", "veil", "glare", "off_angle"):
    mended = mend(setup, fault)
    if mended is not None:
        setup = mended
        steps[f"… without {fault}"] = setup

figure, axes = plt.subplots(2, 4, figsize=(15, 6))
rows, photos = [], []
for axis, (name, step) in zip(axes.flat, steps.items(), strict=False):
    photo = take(export, step, "full", scenery, moire=name == "as taken")
    axis.imshow(photo.pixels)
    axis.plot(*np.vstack([photo.truth.corners_xy, photo.truth.corners_xy[:1]]).T, "c", linewidth=1)
    axis.set_title(name, fontsize=9)
    photos.append(photo)
    figures = photo.truth.figures
    rows.append({"photo": name, **{k: figures[k] for k in figures if k.startswith("captured")}})
for axis in axes.flat:
    axis.set_axis_off()
figure.tight_layout()
pd.DataFrame(rows).set_index("photo").round(3)

# %% [markdown]
# ## What is known of the photo as it was taken
# The figures of its truth, and where on the display it went wrong.

# %%
pd.Series(dict(photos[0].truth.figures)).round(3).to_frame("value")

# %%
maps = photos[0].truth.maps
assert maps is not None
names = ("sampling", "mtf50", "reflection", "veil", "clipped", "occluded", "moire")
figure, axes = plt.subplots(1, 7, figsize=(18, 2.6))
for axis, name in zip(axes, names, strict=True):
    shown = axis.imshow(getattr(maps, name), cmap="viridis")
    axis.set_title(name, fontsize=9)
    axis.set_axis_off()
    figure.colorbar(shown, ax=axis, fraction=0.04)
figure.tight_layout()

# %% [markdown]
# ## Depth
# A tilted screen is in focus along one line only. The circle of confusion follows from the
# lens's pupil, the distance in focus and the depth of each point, and the map of MTF50 follows
# from it: the same tilt, with focus on the screen's centre, before it, and beyond it.

# %%
sharp = replace(setup.lens, blur_px=0.3, aperture_mm=3.5, motion_px=0.0)
tilted = place(
    export.size_wh, PHOTO_WH, setup.panel.pitch_mm, setup.geometry.focal_px, 40.0, 0.0, 0.0, 0.9,
    (0.5, 0.5),
)  # fmt: skip
figure, axes = plt.subplots(1, 3, figsize=(14, 3.2))
for axis, (blur_px, beyond) in zip(axes, ((0.3, False), (4.0, False), (4.0, True)), strict=True):
    lens = replace(sharp, blur_px=blur_px, focus_beyond=beyond)
    truth = take(export, replace(setup, lens=lens, geometry=tilted), "full", scenery, False).truth
    assert truth.maps is not None
    shown = axis.imshow(truth.maps.mtf50, cmap="viridis", vmin=0, vmax=0.6)
    axis.set_title(f"MTF50, in focus at {truth.figures['focus_mm']:.0f} mm", fontsize=9)
    axis.set_axis_off()
    figure.colorbar(shown, ax=axis, fraction=0.04)
figure.tight_layout()

# %% [markdown]
# ## Several frames
# A phone merges frames. What stands still loses noise; what moved leaves a ghost, or, where
# the phone drops the frames that disagree, keeps the noise of one frame.

# %%
finger = replace(setup, room=replace(setup.room, level=0.4, occluders=("finger",)))
dark = replace(finger.sensor, shot=4e-3, read=5e-5)
figure, axes = plt.subplots(1, 3, figsize=(14, 3.8))
for axis, (frames, share) in zip(axes, ((1, 1.0), (8, 1.0), (8, 0.0)), strict=True):
    phone = replace(
        finger.phone, frames=frames, ghost_px=40.0, ghost_share=share, denoise=0.0, zoom=1.0
    )
    photo = take(export, replace(finger, phone=phone, sensor=dark), "full", scenery, False)
    axis.imshow(photo.pixels)
    noise = photo.truth.figures["noise_variance"]
    kept = "averaged" if share else "dropped where they disagree"
    axis.set_title(f"{frames} frames {kept}, noise variance {noise:.1e}", fontsize=9)
    axis.set_axis_off()
figure.tight_layout()

# %% [markdown]
# ## The mended photo and the export, registered by the known geometry

# %%
photo = photos[-1]
straight = see_straight(photo.pixels, setup.geometry.resized(photo.truth.photo_size_wh))
figure, axes = plt.subplots(1, 2, figsize=(13, 5))
axes[0].imshow(export.pixels)
axes[0].set_title("the export")
axes[1].imshow(straight)
axes[1].set_title("the photo, seen straight on")
for axis in axes:
    axis.set_axis_off()

# %% [markdown]
# **What these figures support.** For one scene, each stage of the camera can be taken away by
# itself and the loss it causes read off against the export. They say nothing about how often
# real phones do so: the ranges are choices, listed in `presets.py` and `draws.py`.
