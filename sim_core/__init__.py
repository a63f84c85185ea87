"""The platform: knows no vendor and no browser."""
