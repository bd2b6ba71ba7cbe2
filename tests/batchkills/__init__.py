"""Kills of runs over many photos."""
