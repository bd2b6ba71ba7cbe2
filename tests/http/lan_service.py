"""``sonogate serve --lan`` with a gate that knows its photos, in a process of its own."""

from __future__ import annotations

import sys

from tests.http.kit import known_photos

from sonogate.cli import create_cli

if __name__ == "__main__":
    port, folder = sys.argv[1:]
    create_cli(known_photos)(["serve", "--lan", "--port", port, "--data", folder])
