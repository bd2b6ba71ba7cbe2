"""Full-reference fidelity of a picture to the direct export, and the registration before it.

Every metric takes the export first, then the registered picture of the same size, both
(height, width, 3) RGB or (height, width) grey, 0–255 in any numeric type, and a boolean
mask of the pixels that count (the scan area); without one, all count.
"""

from sonogate.reference.gmsd import gmsd
from sonogate.reference.haarpsi import haarpsi, haarpsi_med
from sonogate.reference.ms_ssim import ms_ssim
from sonogate.reference.psnr import psnr
from sonogate.reference.scores import FullReference, full_reference
from sonogate.reference.ssim import ssim
from sonogate.reference.tone import fit_tone
from sonogate.reference.vifp import vifp

__all__ = [
    "FullReference",
    "fit_tone",
    "full_reference",
    "gmsd",
    "haarpsi",
    "haarpsi_med",
    "ms_ssim",
    "psnr",
    "ssim",
    "vifp",
]
