"""Wait for a person to answer."""
