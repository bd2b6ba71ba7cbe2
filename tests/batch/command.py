"""The command line with the gate of the tests: ``python -m tests.batch.command batch …``."""

from tests.batch.kit import make_fake

from sonogate.cli import create_cli

if __name__ == "__main__":
    create_cli(make_fake)()
