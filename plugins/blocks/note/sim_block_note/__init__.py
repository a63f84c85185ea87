"""A note on the canvas."""
