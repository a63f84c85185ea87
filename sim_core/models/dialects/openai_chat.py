"""The openai_chat dialect."""

from collections.abc import AsyncIterator

from sim_core.spec.prompts import Delta, Prompt
from sim_core.spec.providers import Client, Model


async def openai_chat(prompt: Prompt, model: Model, client: Client) -> AsyncIterator[Delta]:
    """Ask and yield what comes back."""
    raise NotImplementedError
    yield
