"""Masked pictures handed on: DICOM, FHIR, media, plain files."""
