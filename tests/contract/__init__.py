"""The service held to its own description."""
