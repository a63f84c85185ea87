"""Run the blocks inside side by side."""
