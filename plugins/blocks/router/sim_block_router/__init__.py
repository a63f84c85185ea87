"""Let a model choose the way."""
