"""Inputs made up under the guidance of coverage, and what must hold whatever they are."""
