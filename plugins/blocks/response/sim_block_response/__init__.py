"""Answer the caller and end the run."""
