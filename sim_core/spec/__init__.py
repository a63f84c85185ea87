"""What a plugin declares: data, and pure functions over data."""
