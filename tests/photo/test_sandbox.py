"""What the sandboxed decoder can not do."""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sonogate.photo import Decoder, ReadyDecoders, child
from sonogate.policy import Policy

ATTEMPTS = {
    "read a file": "open('/etc/hostname', 'rb').read()",
    "write a file": "open('/tmp/sonogate-escape', 'wb').write(b'x')",
    "make a folder": "os.mkdir('/tmp/sonogate-escape')",
    "remove a file": "os.remove('/tmp/sonogate-escape')",
    "list a folder": "os.listdir('/')",
    "open a socket": "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
    "open a local socket": "socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)",
    "start a process": "os.fork()",
    "run a program": "os.execv('/bin/true', ['true'])",
    "send a signal": "os.kill(1, 0)",
    "trace": "ctypes.CDLL(None, use_errno=True).ptrace(0, 0, 0, 0) and fail()",
    "raise its limits": "resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))",
    "take memory": "bytearray(2_000_000_000)",
}
SCRIPT = """
import ctypes, importlib.util, os, resource, socket, sys
def fail():
    raise OSError(ctypes.get_errno(), "refused")
spec = importlib.util.spec_from_file_location("child", sys.argv[1])
child = importlib.util.module_from_spec(spec)
spec.loader.exec_module(child)
child.limit_resources(1_000_000_000, 5.0)
child.forbid_system_calls()
try:
    exec(sys.argv[2])
except BaseException as error:
    os.write(1, type(error).__name__.encode())
else:
    os.write(1, b"escaped")
os._exit(0)
"""

linux = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="the seccomp filter is for Linux on x86-64 and AArch64",
)


@linux
@pytest.mark.parametrize("name", ATTEMPTS)
def test_no_escape(name: str) -> None:
    command = [sys.executable, "-I", "-c", SCRIPT, str(child.__file__), ATTEMPTS[name]]
    done = subprocess.run(command, capture_output=True, timeout=30, check=False)
    wanted = {"take memory": b"MemoryError", "raise its limits": b"ValueError"}
    assert done.stdout == wanted.get(name, b"PermissionError"), done
    assert not Path("/tmp/sonogate-escape").exists()


def test_environment_is_empty_and_only_pipes_are_open(policy: Policy) -> None:
    decoder = Decoder(policy.photo)
    try:
        proc = Path(f"/proc/{decoder.pid}")
        if not proc.is_dir():
            pytest.skip("no /proc")
        deadline = time.monotonic() + 10.0
        # The filter is in force once the process waits for its request.
        while "Seccomp:\t2" not in (proc / "status").read_text() and time.monotonic() < deadline:
            time.sleep(0.01)
        status = (proc / "status").read_text()
        assert "NoNewPrivs:\t1" in status
        assert "Seccomp:\t2" in status
        assert (proc / "environ").read_bytes() == b""
        assert len(list((proc / "fd").iterdir())) == 3
    finally:
        decoder.close()
    assert not decoder.alive


def test_a_spare_that_died_is_replaced(policy: Policy) -> None:
    decoders = ReadyDecoders(policy.photo)
    try:
        first = decoders(policy.photo)
        first.close()
        assert not first.alive
        second = decoders(policy.photo)
        assert second.alive
        second.close()
    finally:
        decoders.close()
