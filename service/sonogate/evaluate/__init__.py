"""Photo against export, localisation, masking, decisions: tables and reports."""
