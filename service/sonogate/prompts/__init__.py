"""Reason codes to sentences, by language."""
