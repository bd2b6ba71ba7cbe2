"""How close the picture comes to the direct export: one measure a file."""
