"""Screens and cameras with exact truth, seeded."""
