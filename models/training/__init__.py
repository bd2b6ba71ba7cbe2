"""Recipes that make the weights; not shipped in the wheel."""
