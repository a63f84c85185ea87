"""Anthropic's models."""

from collections.abc import Iterable
from importlib.resources import files

from sim_core.plugin import Bearer, Model, Provider, anthropic_messages, hookimpl, read_models


@hookimpl
def register_providers() -> Iterable[Provider]:
    """Anthropic."""
    yield Provider(
        id="anthropic",
        title="Anthropic",
        doc="Claude models from Anthropic.",
        docs_url="https://platform.claude.com/docs",
        dialect=anthropic_messages,
        base_url="https://api.anthropic.com",
        base_url_setting="ANTHROPIC_BASE_URL",
        auth=Bearer("ANTHROPIC_API_KEY"),
        models=read_models(files(__name__).joinpath("models.toml").read_text()),
        prefixes=("claude-",),
        # What every generation takes: nothing about thinking, no temperature, no forced tool.
        assumed=Model(
            id="", tools=True, vision=True, files=True, structured=True, caching=True, temperature=False, forced=False
        ),
    )
