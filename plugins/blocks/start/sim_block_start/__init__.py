"""Where a workflow starts, and what it takes."""
