"""A picture to export, and an archive (Orthanc) of the tests' own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from tests.authority.conftest import make_masked

from sonogate.clinical import BodySide, ClinicalContext, Code, Device
from sonogate.export.values import (
    Calibration,
    ExportItem,
    PatientContext,
    Statement,
    picture_of_masked,
)
from sonogate.report import encode_png
from sonogate.types import Fidelity, MaskedScreen

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
DICOMWEB_PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
CANARY_TEXT = "CANARYFINDING in words"

PATIENT = PatientContext(
    patient_id="CANARYID4711",
    issuer="HOSPITAL",
    name="Canary^Jané",
    birth_date=date(1970, 1, 2),
    sex="F",
    accession_number="ACC0815",
    study_at=datetime(2026, 10, 31, 9, 0, tzinfo=UTC),
    referring="Smith^Anna",
)
CONTEXT = ClinicalContext(
    question="CANARYQUESTION?",
    body_part=Code("SCT", "80891009", "Heart"),
    side=BodySide.LEFT,
    findings=CANARY_TEXT,
    coded_findings=(Code("SCT", "267036007", "Dyspnea"),),
    acquired_at=datetime(2026, 10, 31, 9, 30, tzinfo=UTC),
)
DEVICE = Device("Acme", "Voyager", "cart", "CANARYSITE", "C5-1", "cardiac", (1024, 768))


def grey_masked() -> MaskedScreen:
    masked = make_masked(9, (61, 47))
    return MaskedScreen(np.repeat(masked.pixels[..., :1], 3, axis=2), masked.mask)


def make_item(
    *,
    patient: PatientContext | None = None,
    masked: MaskedScreen | None = None,
    calibration: Calibration | None = None,
    number: int = 1,
) -> ExportItem:
    statement = Statement(
        f"img_{number:032x}",
        "accepted_with_limits",
        ("measuring",),
        Fidelity(71.0, 66.0, 75.5),
        "0.1.0",
        "2026.11.2",
    )
    screen = make_masked(number, (101, 75)) if masked is None else masked
    return ExportItem(
        picture_of_masked(screen, encode_png),
        statement,
        CONTEXT,
        DEVICE,
        patient,
        calibration,
    )


@dataclass(frozen=True)
class Orthanc:
    """An archive that runs for the tests."""

    http_port: int
    dicom_port: int

    @property
    def dicomweb(self) -> str:
        return f"http://127.0.0.1:{self.http_port}/dicom-web"


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for made in sockets:
            made.bind(("127.0.0.1", 0))
        return [made.getsockname()[1] for made in sockets]


@pytest.fixture(scope="session")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    """An empty archive; skips where Debian's orthanc and orthanc-dicomweb are absent."""
    program = shutil.which("Orthanc")
    if program is None or not DICOMWEB_PLUGIN.exists():
        pytest.skip("the packages orthanc and orthanc-dicomweb are not installed")
    folder = tmp_path_factory.mktemp("orthanc")
    http_port, dicom_port = free_ports(2)
    settings = {
        "Name": "tests",
        "StorageDirectory": str(folder / "db"),
        "IndexDirectory": str(folder / "db"),
        "Plugins": [str(DICOMWEB_PLUGIN)],
        "HttpPort": http_port,
        "DicomPort": dicom_port,
        "DicomAet": "ORTHANC",
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomAlwaysAllowStore": True,
    }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, str(folder / "orthanc.json")], stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{http_port}/system", process)
        yield Orthanc(http_port, dicom_port)
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("Orthanc did not start")
