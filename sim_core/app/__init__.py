"""Puts the parts together; imported by the commands and by nobody else."""
