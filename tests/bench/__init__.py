"""All figures, from one program."""
