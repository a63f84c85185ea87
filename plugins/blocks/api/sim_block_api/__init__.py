"""Send an HTTP request."""
