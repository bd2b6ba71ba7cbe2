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
# # Comparing metrics: plug in your own
#
# A full-reference metric is any function of an export, a picture on the same grid, and the
# mask of the scan area. Here yours stands beside those of the package: does it fall with every
# fault, how fast, and does it mind what does no harm?
#
# The short form takes one export; `SONOGATE_NOTEBOOKS=full` takes twelve.

# %%
import importlib.util
import os
from collections.abc import Callable

import cv2
import matplotlib.pyplot as plt
import numpy as np
import onnxruntime
import pandas as pd
from scipy.stats import spearmanr

from sonogate.evaluate.paired import polygon_mask
from sonogate.reference import gmsd, haarpsi, haarpsi_med, ms_ssim, psnr, ssim, vifp
from sonogate.simulate import render_export

FULL = os.environ.get("SONOGATE_NOTEBOOKS") == "full"
EXPORTS = 12 if FULL else 1
LEVELS = 5
SEED = 50_800_000
Metric = Callable[[np.ndarray, np.ndarray, np.ndarray], float]

# %% [markdown]
# ## Your metric
# As an example, the correlation of gradient pictures: 1 for identical ones.


# %%
def gradient_correlation(export: np.ndarray, picture: np.ndarray, mask: np.ndarray) -> float:
    planes = []
    for pixels in (export, picture):
        grey = cv2.cvtColor(np.clip(pixels, 0, 255).astype(np.uint8), cv2.COLOR_RGB2GRAY)
        grey = grey.astype(np.float32)
        across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
        planes.append(np.hypot(across, down)[mask])
    return float(np.corrcoef(planes)[0, 1])


# %% [markdown]
# ## Your network
# A network in ONNX that takes both pictures, (1, 3, height, width) in 0–1, and gives one number
# is a metric too. Where the package `onnx` is installed, a small one is made here to stand for
# yours: the mean absolute difference of the pictures after a 5×5 mean.


# %%
def onnx_metric(network: bytes) -> Metric:
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])

    def score(export: np.ndarray, picture: np.ndarray, mask: np.ndarray) -> float:
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
        inputs = {
            entry.name: np.moveaxis(pixels[part], 2, 0)[None].astype(np.float32) / 255.0
            for entry, pixels in zip(session.get_inputs(), (export, picture), strict=True)
        }
        return float(np.asarray(session.run(None, inputs)[0]).ravel()[0])

    return score


def example_network() -> bytes:
    from onnx import TensorProto, helper  # noqa: PLC0415

    shape = [1, 3, "height", "width"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("a", "b")]
    output = helper.make_tensor_value_info("score", TensorProto.FLOAT, [])
    nodes = [
        helper.make_node("Sub", ["a", "b"], ["difference"]),
        helper.make_node("AveragePool", ["difference"], ["mean"], kernel_shape=[5, 5]),
        helper.make_node("Abs", ["mean"], ["size"]),
        helper.make_node("ReduceMean", ["size"], ["score"], keepdims=0),
    ]
    graph = helper.make_graph(nodes, "example", inputs, [output])
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


metrics: dict[str, Metric] = {
    "HaarPSI": haarpsi,
    "HaarPSI-MED": haarpsi_med,
    "MS-SSIM": ms_ssim,
    "GMSD": gmsd,
    "VIFp": vifp,
    "SSIM": ssim,
    "PSNR": psnr,
    "yours: gradient correlation": gradient_correlation,
}
if importlib.util.find_spec("onnx") is not None:
    metrics["yours: ONNX"] = onnx_metric(example_network())
LOWER_IS_BETTER = {"GMSD", "yours: ONNX"}

# %% [markdown]
# ## Faults of known strength
# Five strengths each, none to strong. The shift stands for a poor registration: a quarter of a
# pixel harms no diagnosis, and a metric that minds it needs a better registration.


# %%
def faults(pixels: np.ndarray, rng: np.random.Generator) -> dict[str, list[np.ndarray]]:
    light = pixels.astype(np.float32)
    height, width = pixels.shape[:2]
    noise = rng.normal(0, 1, pixels.shape).astype(np.float32)

    def moved(px: float) -> np.ndarray:
        return cv2.warpAffine(light, np.float32([[1, 0, px], [0, 1, 0]]), (width, height))

    def packed(quality: int) -> np.ndarray:
        data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return cv2.imdecode(data, cv2.IMREAD_COLOR)

    made = {
        "blur, sigma in px": [
            cv2.GaussianBlur(light, (0, 0), s) for s in (0.4, 0.8, 1.2, 1.8, 2.6)
        ],
        "noise, codes": [light + s * noise for s in (2, 5, 9, 14, 22)],
        "veil, % of white": [light + (255 - light) * s for s in (0.01, 0.03, 0.06, 0.12, 0.2)],
        "JPEG quality": [packed(q) for q in (95, 80, 60, 40, 20)],
        "shift, px": [moved(px) for px in (0.05, 0.1, 0.25, 0.5, 1.0)],
    }
    return {name: [np.clip(one, 0, 255) for one in found] for name, found in made.items()}


rows = []
rng = np.random.default_rng(8)
seed = SEED
while len({row["export"] for row in rows}) < EXPORTS:
    seed += 1
    export = render_export(seed)
    if export.scan_area_xy is None:
        continue
    area = polygon_mask(export.scan_area_xy, export.size_wh)
    for fault, pictures in faults(export.pixels, rng).items():
        for level, picture in enumerate(pictures, start=1):
            for name, metric in metrics.items():
                score = metric(export.pixels, picture.astype(np.float32), area)
                rows.append(
                    {"export": seed, "fault": fault, "level": level, "metric": name, "score": score}
                )
table = pd.DataFrame(rows)

# %% [markdown]
# ## Monotony
# Spearman's correlation of the score with the fault's strength, per export, then the mean:
# −1 is a metric that never errs about which of two strengths is worse (+1 where lower is better).

# %%
monotony = (
    table.groupby(["metric", "fault", "export"])
    .apply(lambda own: spearmanr(own["level"], own["score"]).statistic, include_groups=False)
    .groupby(["metric", "fault"])
    .mean()
    .unstack()
    .reindex(list(metrics))
    .round(2)
)
monotony

# %% [markdown]
# ## How the scores fall

# %%
kinds = list(table["fault"].unique())
figure, axes = plt.subplots(1, len(kinds), figsize=(16, 3.4), layout="constrained", sharey=True)
for axis, fault in zip(axes, kinds, strict=True):
    for name in metrics:
        own = table[(table["fault"] == fault) & (table["metric"] == name)]
        means = own.groupby("level")["score"].mean()
        span = table[table["metric"] == name]["score"]
        scaled = (means - span.min()) / max(span.max() - span.min(), 1e-9)
        axis.plot(means.index, 1 - scaled if name in LOWER_IS_BETTER else scaled, label=name)
    axis.set_title(f"{fault}, exports: {EXPORTS}", fontsize=9)
    axis.set_xlabel("strength, 1 to 5")
axes[0].set_ylabel("score, scaled to each metric's range (1 best)")
axes[-1].legend(fontsize=6)

# %% [markdown]
# ## Do they rank all faults alike?
# Rank correlation of each two metrics over every picture; the sign is turned where lower is
# better.

# %%
wide = table.pivot_table(index=["export", "fault", "level"], columns="metric", values="score")
wide = wide[list(metrics)]
wide[[name for name in metrics if name in LOWER_IS_BETTER]] *= -1
wide.corr(method="spearman").round(2)

# %% [markdown]
# **What these figures support.** Whether a metric falls with each of these five faults, applied
# singly to drawn ultrasound screens, and which metrics agree about what is worse across faults.
# They do not say which metric a reader of scans would side with: for that, rate photos and use
# the study of the seventh notebook. A fall with the shift is a demand on the registration, not
# a merit.
