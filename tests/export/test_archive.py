"""Against Orthanc: stored by STOW-RS and C-STORE, found again, pixel for pixel the same."""

from __future__ import annotations

import io
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pydicom
import pytest
from dicomweb_client import DICOMwebClient
from tests.export.conftest import NOW, PATIENT, Orthanc, free_ports, grey_masked, make_item

from sonogate.errors import ExportError
from sonogate.export.cstore import Peer, parse_peer, send
from sonogate.export.package import Package, make_package
from sonogate.export.stow import StowServer, store


def retrieved(orthanc: Orthanc, package: Package) -> pydicom.Dataset:
    client = DICOMwebClient(orthanc.dicomweb)
    image = package.image
    return client.retrieve_instance(
        str(image.StudyInstanceUID), str(image.SeriesInstanceUID), str(image.SOPInstanceUID)
    )


def check_same(back: pydicom.Dataset, package: Package) -> None:
    pixels = package.item.picture.pixels
    if back.SamplesPerPixel == 1:
        pixels = pixels[..., 0]
    assert np.array_equal(back.pixel_array, pixels)
    assert back.BurnedInAnnotation == "NO"


def test_stow(orthanc: Orthanc) -> None:
    package = make_package(make_item(patient=PATIENT), NOW)
    store(package.objects, StowServer(orthanc.dicomweb))
    # Again: nothing is doubled.
    store(package.objects, StowServer(orthanc.dicomweb + "/"))
    client = DICOMwebClient(orthanc.dicomweb)
    studies = client.search_for_studies(search_filters={"PatientID": PATIENT.patient_id})
    assert [s["0020000D"]["Value"][0] for s in studies] == [str(package.image.StudyInstanceUID)]
    instances = client.search_for_instances(str(package.image.StudyInstanceUID))
    assert {i["00080018"]["Value"][0] for i in instances} == {
        str(package.image.SOPInstanceUID),
        str(package.report.SOPInstanceUID),
    }
    back = retrieved(orthanc, package)
    check_same(back, package)
    assert str(back.PatientName) == "Canary^Jané"
    assert back.AccessionNumber == PATIENT.accession_number


def test_cstore(orthanc: Orthanc) -> None:
    package = make_package(make_item(masked=grey_masked(), number=2), NOW)
    send(package.objects, Peer("ORTHANC", "127.0.0.1", orthanc.dicom_port))
    back = retrieved(orthanc, package)
    check_same(back, package)
    assert back.PhotometricInterpretation == "MONOCHROME2"
    assert back.PatientIdentityRemoved == "YES"


def test_nobody_listens() -> None:
    package = make_package(make_item(number=3), NOW)
    (port,) = free_ports(1)
    with pytest.raises(ExportError):
        store(package.objects, StowServer(f"http://127.0.0.1:{port}/dicom-web", seconds=2))
    with pytest.raises(ExportError):
        send(package.objects, Peer("X", "127.0.0.1", port, seconds=2))


def test_an_archive_that_does_not_answer() -> None:
    package = make_package(make_item(number=4), NOW)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(ExportError):
            store(package.objects, StowServer(f"http://127.0.0.1:{port}", seconds=0.3))


class Keeper(BaseHTTPRequestHandler):
    """An archive that keeps what it is sent, and confirms what it is told to."""

    seen: ClassVar[list[dict[str, str]]] = []
    answer: ClassVar[dict[str, Any]] = {}

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        Keeper.seen.append(dict(self.headers.items()))
        body = json.dumps(Keeper.answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/dicom+json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        del format, args


@pytest.fixture
def keeper() -> Iterator[StowServer]:
    with HTTPServer(("127.0.0.1", 0), Keeper) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield StowServer(f"http://127.0.0.1:{server.server_port}", token="secret")
        server.shutdown()
        thread.join()


def test_only_the_token_is_sent_and_every_object_must_be_confirmed(
    keeper: StowServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login x password y\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    package = make_package(make_item(patient=PATIENT, number=7), NOW)
    first, second = (
        {"00081155": {"vr": "UI", "Value": [str(dataset.SOPInstanceUID)]}}
        for dataset in package.objects
    )
    Keeper.answer = {"00081199": {"vr": "SQ", "Value": [first]}}
    with pytest.raises(ExportError, match="confirm"):
        store(package.objects, keeper)
    Keeper.answer = {
        "00081198": {"vr": "SQ", "Value": [second]},
        "00081199": {"vr": "SQ", "Value": [first, second]},
    }
    with pytest.raises(ExportError, match="refused"):
        store(package.objects, keeper)
    # As some archives answer: no failures, named as an empty list.
    Keeper.answer = {
        "00081198": {"vr": "SQ", "Value": []},
        "00081199": {"vr": "SQ", "Value": [first, second]},
    }
    store(package.objects, keeper)
    assert {seen["Authorization"] for seen in Keeper.seen} == {"Bearer secret"}
    store(package.objects, replace(keeper, token=None))
    assert "Authorization" not in Keeper.seen[-1]
    assert "CANARY" not in json.dumps(Keeper.seen).upper()


def test_what_is_not_a_store(orthanc: Orthanc) -> None:
    package = make_package(make_item(patient=PATIENT, number=5), NOW)
    with pytest.raises(ExportError) as caught:
        store(package.objects, StowServer(f"http://127.0.0.1:{orthanc.http_port}/none"))
    assert "CANARY" not in str(caught.value)


def test_names_of_archives() -> None:
    assert parse_peer("PACS@archive.example:104") == Peer("PACS", "archive.example", 104)
    for wrong in ("PACS", "PACS@host", "PACS@host:0", "PACS@host:99999", "TOOLONGTITLE12345@h:1"):
        with pytest.raises(ValueError, match="TITLE@HOST:PORT"):
            parse_peer(wrong)


def test_file_form() -> None:
    from sonogate.export.dicom import dicom_bytes

    package = make_package(make_item(patient=PATIENT, number=6), NOW)
    back = pydicom.dcmread(io.BytesIO(dicom_bytes(package.image)))
    check_same(back, package)
