"""The SQL of the hot paths, by name."""
