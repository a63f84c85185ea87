"""GitHub: repositories, issues and pull requests."""
