"""Text found, read, classified and masked."""
