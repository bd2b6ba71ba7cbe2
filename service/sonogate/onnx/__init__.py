"""Sessions and weights, behind the stages' Protocols."""
