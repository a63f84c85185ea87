"""Ask a model that can use tools."""
