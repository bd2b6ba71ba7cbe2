"""Weights, their cards and the policy: what was learned or chosen, as data."""
