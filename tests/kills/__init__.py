"""Kills of the service under load."""
