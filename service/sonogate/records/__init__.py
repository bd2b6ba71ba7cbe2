"""What was submitted and decided, and the masked pictures; see ``store``."""
