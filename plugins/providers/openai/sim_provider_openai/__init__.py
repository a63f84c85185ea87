"""OpenAI models."""
