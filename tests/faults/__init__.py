"""What the service answers while something beneath it fails, and how it comes back."""
