"""Run Python or JavaScript of your own, fenced in."""
