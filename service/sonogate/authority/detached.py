"""Signatures beside files that cannot carry a mark, such as DICOM objects.

The statement binds the file's SHA-256 to the signed picture that it was made from, so that a
recall of the picture reaches the copy too.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sonogate.authority.canonical import sha256_hex
from sonogate.authority.certificates import Roots
from sonogate.authority.keys import SigningKey
from sonogate.authority.statements import read_statement, sign_statement
from sonogate.authority.values import Answer, Basis, Register
from sonogate.authority.verify import answer_registered
from sonogate.errors import AuthorityError


def sign_copy(
    data: bytes, image_id: str, picture_sha256: str, key: SigningKey, at: datetime
) -> str:
    """Return the signature of a file that was made from a signed picture.

    Args:
        data: The file.
        image_id: The picture.
        picture_sha256: SHA-256 of the picture's own file.
        key: The authority's key for statements.
        at: When.
    """
    content = {"sha256": sha256_hex(data), "image": image_id, "picture_sha256": picture_sha256}
    return sign_statement(key, "export", content, at)


def verify_copy(data: bytes, signature: str, roots: Roots, register: Register | None) -> Answer:
    """Say of a file with a signature beside it what ``verify`` says of a picture.

    Args:
        data: The file.
        signature: What was signed beside it.
        roots: The authority's root certificates.
        register: Where pictures are looked up; None offline.
    """
    digest = sha256_hex(data)
    basis: Basis = "signature" if register is None else "registry"
    try:
        content = read_statement(signature, "export", roots).content
    except AuthorityError:
        return Answer("UNKNOWN", digest, basis, "not_registered")
    if content.get("sha256") != digest:
        return Answer("ALTERED", digest, basis, "mark_broken")
    image_id, picture = str(content.get("image")), str(content.get("picture_sha256"))
    if register is None:
        return Answer("AUTHENTIC", digest, basis, image_id=image_id, mark_intact=True)
    found = register.by_file(picture)
    if found is None or found.image_id != image_id:
        return Answer("UNKNOWN", digest, basis, "not_registered", mark_intact=True)
    return replace(answer_registered(found, intact=True), sha256=digest)
