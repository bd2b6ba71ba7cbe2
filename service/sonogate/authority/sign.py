"""Masked pictures signed: a C2PA manifest in the PNG, and nothing of the original in it.

The manifest (C2PA 2.x) has two assertions beside the binding to the file's bytes: what was
done to make the picture, and the gate's verdict with the versions that it rests on. There is
no ingredient and no thumbnail: either would carry a readable copy of the unmasked original.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import c2pa
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from sonogate.authority.canonical import sha256_hex
from sonogate.authority.certificates import chain_pem
from sonogate.authority.form import FormError, low_s, read_form
from sonogate.authority.keys import AuthorityKeys
from sonogate.authority.statements import format_time
from sonogate.authority.values import PictureClaim, SignedPicture
from sonogate.errors import AuthorityError
from sonogate.types import MaskedScreen

PNG_TYPE = "image/png"
ASSESSMENT_LABEL = "org.sonogate.assessment"
# What the camera saw, not a copy of the machine's own file.
_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
_SETTINGS = {
    "version": 1,
    "builder": {
        "thumbnail": {"enabled": False},
        "actions": {
            "auto_created_action": {"enabled": False},
            "auto_opened_action": {"enabled": False},
            "auto_placed_action": {"enabled": False},
        },
    },
    "verify": {
        "verify_after_sign": False,
        "remote_manifest_fetch": False,
        "ocsp_fetch": False,
    },
}


class PictureSigner:
    """Signs masked pictures with the authority's key."""

    def __init__(self, keys: AuthorityKeys, encode: Callable[[MaskedScreen], bytes]) -> None:
        """Make a signer.

        Args:
            keys: The authority.
            encode: The encoder of masked pictures, ``sonogate.report.encode_png``.
        """
        self._keys = keys
        self._encode = encode

    def sign(self, masked: MaskedScreen, claim: PictureClaim) -> SignedPicture:
        """Return the picture with its mark.

        Args:
            masked: The picture; nothing else can be signed.
            claim: What is stated of it.

        Raises:
            AuthorityError: It could not be signed.
            TypeError: It was given anything but a masked picture.
        """
        if not isinstance(masked, MaskedScreen):
            raise TypeError("only a masked screen can be signed")
        png = self._encode(masked)
        signed = io.BytesIO()
        try:
            context = c2pa.Context.from_dict(_SETTINGS)
            certificates = chain_pem([self._keys.pictures.certificate]).decode("ascii")
            with (
                c2pa.Signer.from_callback(
                    self._sign_bytes, c2pa.C2paSigningAlg.ES256, certificates
                ) as signer,
                c2pa.Builder(json.dumps(make_manifest(claim)), context) as builder,
            ):
                builder.sign(signer, PNG_TYPE, io.BytesIO(png), signed)
            data = signed.getvalue()
            # A library that wrote another form than the one that is verified is found here.
            read_form(data)
        except (c2pa.C2paError, FormError) as error:
            raise AuthorityError("the picture could not be signed") from error
        return SignedPicture(data, sha256_hex(data))

    def _sign_bytes(self, data: bytes) -> bytes:
        r, s = decode_dss_signature(
            self._keys.pictures.private.sign(data, ec.ECDSA(hashes.SHA256()))
        )
        return low_s(r, s)


def make_manifest(claim: PictureClaim) -> dict[str, Any]:
    """Return the definition of a picture's manifest."""
    when = format_time(claim.signed_at)

    def action(name: str, description: str) -> dict[str, Any]:
        return {"action": name, "when": when, "description": description}

    created = action("c2pa.created", "Photographed from the screen of an ultrasound machine")
    actions = [
        created | {"digitalSourceType": _SOURCE},
        action("c2pa.orientation", "Turned upright"),
        action("c2pa.cropped", "Cropped to the screen"),
        action("c2pa.edited", "Seen straight on: perspective removed, colours brought to sRGB"),
        action("c2pa.edited", "What could identify a patient filled with one colour"),
    ]
    return {
        "claim_generator_info": [{"name": "sonogate", "version": claim.sonogate}],
        "title": claim.image_id,
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "created": True,
                "data": {"actions": actions, "allActionsIncluded": True},
            },
            {"label": ASSESSMENT_LABEL, "created": True, "data": _assessment(claim)},
        ],
    }


def _assessment(claim: PictureClaim) -> dict[str, Any]:
    fidelity = claim.fidelity
    return {
        "schema": 1,
        "image": claim.image_id,
        "outcome": claim.outcome,
        "limits": list(claim.limits),
        "fidelity": None
        if fidelity is None
        else {
            "value": round(fidelity.value, 1),
            "low": round(fidelity.low, 1),
            "high": round(fidelity.high, 1),
        },
        "versions": {
            "sonogate": claim.sonogate,
            "policy": claim.policy,
            "models": dict(claim.models),
        },
        "signed_at": format_time(claim.signed_at),
    }
