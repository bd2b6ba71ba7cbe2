"""The service."""

from sonogate.http.app import create_app
from sonogate.http.settings import Settings

__all__ = ["Settings", "create_app"]
