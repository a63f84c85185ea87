"""Set workflow variables."""
