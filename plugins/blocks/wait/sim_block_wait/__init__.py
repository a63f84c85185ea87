"""Wait for a while, or until a time."""
