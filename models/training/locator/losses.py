"""What the network is held to."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from models.training.locator.data import HEAT_SIGMA_CELLS, Batch
from models.training.locator.network import STRIDE_PX, Outputs

WEIGHTS = {
    "corners": 1.0,
    "screen": 4.0,
    "scan": 1.0,
    "glare": 0.3,
    "present": 1.0,
    "ultrasound": 0.5,
    "turn": 0.3,
}


def heat_targets(
    corners_xy: Tensor, height: int, width: int, margin_px: int
) -> tuple[Tensor, Tensor]:
    """Return distributions over the canvas around each corner, and which corners it holds.

    Args:
        corners_xy: (N, 4, 2) input pixels.
        height: Rows of the canvas.
        width: Columns of the canvas.
        margin_px: How far it reaches beyond the input.

    Returns:
        (N, 4, height, width), each summing to 1, and (N, 4) in {0, 1}.
    """
    cells = (corners_xy + margin_px + 0.5) / STRIDE_PX - 0.5
    x, y = cells[..., 0], cells[..., 1]
    held = (x > -0.5) & (y > -0.5) & (x < width - 0.5) & (y < height - 0.5)
    x, y = torch.nan_to_num(x), torch.nan_to_num(y)
    along_x = torch.exp(
        -((torch.arange(width, device=x.device) - x[..., None]) ** 2) / (2 * HEAT_SIGMA_CELLS**2)
    )
    along_y = torch.exp(
        -((torch.arange(height, device=y.device) - y[..., None]) ** 2) / (2 * HEAT_SIGMA_CELLS**2)
    )
    heat = along_y[..., :, None] * along_x[..., None, :]
    return heat / heat.sum((2, 3), keepdim=True).clamp_min(1e-6), held.float()


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    return (values * weights).sum() / weights.sum().clamp_min(1.0)


def _largest_near(values: Tensor) -> Tensor:
    """Return the maximum over 5×5 cells, rows first: a third of the cost."""
    rows = functional.max_pool2d(values[:, None], (1, 5), 1, (0, 2))
    return functional.max_pool2d(rows, (5, 1), 1, (2, 0))[:, 0]


def _mask_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Return the loss of each mask: cross entropy, heavier at the border, and overlap."""
    weight = 1.0 + 5.0 * (_largest_near(target) + _largest_near(-target))
    entropy = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    entropy = (entropy * weight).sum((1, 2)) / weight.sum((1, 2))
    said = logits.sigmoid()
    overlap = 1 - (2 * (said * target).sum((1, 2)) + 1) / (
        said.sum((1, 2)) + target.sum((1, 2)) + 1
    )
    return entropy + 0.3 * overlap * (target.amax((1, 2)) > 0)


def losses(outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
    """Return each loss, already averaged over the pictures that it applies to."""
    height, width = outputs.corners.shape[2:]
    margin_px = (width * STRIDE_PX - batch.picture.shape[3]) // 2
    heat, held = heat_targets(batch.corners_xy, height, width, margin_px)
    log_said = functional.log_softmax(outputs.corners.flatten(2), 2)
    entropy = -(heat.flatten(2) * log_said).sum(2) + torch.xlogy(heat, heat).sum((2, 3))
    screen = _mask_loss(outputs.masks[:, 0], batch.masks[:, 0])
    scan = _mask_loss(outputs.masks[:, 1], batch.masks[:, 1])
    glare = functional.binary_cross_entropy_with_logits(
        outputs.glare, batch.glare, reduction="none"
    ).mean((1, 2, 3))
    facts = outputs.facts
    binary = functional.binary_cross_entropy_with_logits
    across = torch.nan_to_num(
        batch.corners_xy[:, 1]
        - batch.corners_xy[:, 0]
        + batch.corners_xy[:, 2]
        - batch.corners_xy[:, 3]
    )
    direction = functional.normalize(across, dim=1)
    aim = 1 - functional.cosine_similarity(facts[:, 2:4], direction, dim=1)
    turn = aim + 0.3 * binary(facts[:, 4], batch.mirrored, reduction="none")
    return {
        "corners": _mean(entropy, held),
        "screen": screen.mean(),
        "scan": _mean(scan, batch.scan_known),
        "glare": _mean(glare, batch.glare_known),
        "present": binary(facts[:, 0], batch.present),
        "ultrasound": _mean(binary(facts[:, 1], batch.ultrasound, reduction="none"), batch.present),
        "turn": _mean(turn, batch.present),
    }
