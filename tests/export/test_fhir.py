"""FHIR: resources that the models of R4 take, and nothing of a patient where none is named."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from fhir.resources.R4B.bundle import Bundle
from tests.authority.test_audit import make_chain
from tests.export.conftest import NOW, PATIENT, make_item

from sonogate.export.audit_event import make_audit_bundle, make_audit_event
from sonogate.export.fhir import make_bundle
from sonogate.export.package import make_package
from sonogate.export.values import ExportItem


def bundle_of(item: ExportItem) -> dict[str, Any]:
    package = make_package(item, NOW)
    return make_bundle(item, package.objects, NOW)


def resources(bundle: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {e["resource"]["resourceType"]: e["resource"] for e in bundle["entry"]}


@pytest.mark.parametrize("patient", [None, PATIENT])
def test_bundle_is_valid(patient: Any) -> None:
    # R4B is R4 but for resources that are not used here.
    Bundle.model_validate(bundle_of(make_item(patient=patient)))


def test_document_holds_the_picture() -> None:
    item = make_item(patient=PATIENT)
    attachment = resources(bundle_of(item))["DocumentReference"]["content"][0]["attachment"]
    data = base64.b64decode(attachment["data"])
    assert data == item.picture.png
    assert base64.b64decode(attachment["hash"]) == hashlib.sha1(data).digest()
    assert attachment["size"] == len(data)


def test_study_names_the_objects() -> None:
    item = make_item(patient=PATIENT)
    package = make_package(item, NOW)
    study = resources(make_bundle(item, package.objects, NOW))["ImagingStudy"]
    uids = [series["instance"][0]["uid"] for series in study["series"]]
    assert uids == [str(dataset.SOPInstanceUID) for dataset in package.objects]
    assert study["identifier"][0]["value"] == f"urn:oid:{package.image.StudyInstanceUID}"
    assert study["subject"]["identifier"]["value"] == PATIENT.patient_id


def test_deidentified_bundle_names_nobody() -> None:
    text = json.dumps(bundle_of(make_item()))
    assert "CANARY" not in text
    assert "2026-1" not in text


def test_audit_events_are_valid() -> None:
    chain = make_chain(3)
    bundle = make_audit_bundle(chain)
    Bundle.model_validate(bundle)
    event = make_audit_event(chain[1])
    AuditEvent.model_validate(event)
    assert event["action"] == "U"
    details = {d["type"]: d["valueString"] for d in event["entity"][0]["detail"]}
    assert details == {"hash": chain[1].hash, "sequence": "2"}
    assert event["purposeOfEvent"] == [{"text": "why"}]
