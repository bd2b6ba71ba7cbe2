"""The image authority: signs masked pictures, says of a file whether it is one of them."""

from sonogate.authority.audit import ChainCheck, Head, check_chain, entry_hash
from sonogate.authority.certificates import Roots
from sonogate.authority.keys import AuthorityKeys, create_authority, load_authority, load_roots
from sonogate.authority.sign import PictureSigner
from sonogate.authority.values import (
    Answer,
    PictureClaim,
    Recall,
    Register,
    RegisteredPicture,
    SignedPicture,
    Signer,
)
from sonogate.authority.verify import answer_document, sign_answer, verify

__all__ = [
    "Answer",
    "AuthorityKeys",
    "ChainCheck",
    "Head",
    "PictureClaim",
    "PictureSigner",
    "Recall",
    "Register",
    "RegisteredPicture",
    "Roots",
    "SignedPicture",
    "Signer",
    "answer_document",
    "check_chain",
    "create_authority",
    "entry_hash",
    "load_authority",
    "load_roots",
    "sign_answer",
    "verify",
]
