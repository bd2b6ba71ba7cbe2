"""All full-reference figures of a pair at once."""

from __future__ import annotations

from dataclasses import dataclass

from sonogate.reference.gmsd import gmsd
from sonogate.reference.haarpsi import haarpsi, haarpsi_med
from sonogate.reference.ms_ssim import ms_ssim
from sonogate.reference.planes import Mask, Picture
from sonogate.reference.psnr import psnr
from sonogate.reference.ssim import ssim
from sonogate.reference.vifp import vifp


@dataclass(frozen=True, slots=True)
class FullReference:
    """Full-reference figures of one registered pair.

    Attributes:
        haarpsi: HaarPSI, 0–1, higher is better.
        haarpsi_med: HaarPSI with the parameters for medical pictures, 0–1.
        ms_ssim: MS-SSIM, 0–1, higher is better.
        gmsd: GMSD, 0 is best.
        vifp: VIFp, 0 to about 1, higher is better.
        ssim: SSIM, at most 1, higher is better.
        psnr_db: PSNR in dB, higher is better.
    """

    haarpsi: float
    haarpsi_med: float
    ms_ssim: float
    gmsd: float
    vifp: float
    ssim: float
    psnr_db: float


def full_reference(
    reference: Picture, distorted: Picture, mask: Mask | None = None
) -> FullReference:
    """Compare a registered picture with its export over the mask.

    Args:
        reference: The export, 0–255, at least 176 pixels a side.
        distorted: The registered picture, same shape.
        mask: (height, width) bool, the scan area.

    Raises:
        ValueError: Shapes differ, the mask is empty or the picture is too small.
    """
    return FullReference(
        haarpsi=haarpsi(reference, distorted, mask),
        haarpsi_med=haarpsi_med(reference, distorted, mask),
        ms_ssim=ms_ssim(reference, distorted, mask),
        gmsd=gmsd(reference, distorted, mask),
        vifp=vifp(reference, distorted, mask),
        ssim=ssim(reference, distorted, mask),
        psnr_db=psnr(reference, distorted, mask),
    )
