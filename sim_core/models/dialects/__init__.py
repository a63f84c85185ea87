"""The protocols that many vendors speak; each runs over its vendor's SDK, imported on use."""

from sim_core.models.dialects.anthropic_messages import anthropic_messages
from sim_core.models.dialects.openai_chat import openai_chat
from sim_core.models.dialects.openai_responses import openai_responses

__all__ = ["anthropic_messages", "openai_chat", "openai_responses"]
