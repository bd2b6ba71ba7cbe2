"""From the rectified screen to a masked picture that is safe to let go.

``read`` finds text, ``classify`` decides what is kept, ``mask`` fills the rest, ``check``
searches the finished picture again. Default-deny: what is not positively known is filled.
"""

from sonogate.identifiers.check import check
from sonogate.identifiers.classify import classify
from sonogate.identifiers.find import TextReader
from sonogate.identifiers.mask import mask
from sonogate.identifiers.more import mask_more
from sonogate.identifiers.pages import is_page, is_page_with_picture
from sonogate.identifiers.patient import PatientContext
from sonogate.identifiers.read import read
from sonogate.identifiers.witness import witnessed

__all__ = [
    "PatientContext",
    "TextReader",
    "check",
    "classify",
    "is_page",
    "is_page_with_picture",
    "mask",
    "mask_more",
    "read",
    "witnessed",
]
