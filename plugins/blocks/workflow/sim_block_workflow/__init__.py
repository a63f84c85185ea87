"""Run another workflow."""
