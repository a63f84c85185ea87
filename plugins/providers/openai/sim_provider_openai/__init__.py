"""OpenAI's models."""

from collections.abc import Iterable
from importlib.resources import files

from sim_core.plugin import Bearer, Model, Provider, hookimpl, openai_responses, read_models


@hookimpl
def register_providers() -> Iterable[Provider]:
    """OpenAI."""
    yield Provider(
        id="openai",
        title="OpenAI",
        doc="GPT and reasoning models from OpenAI.",
        docs_url="https://platform.openai.com/docs",
        dialect=openai_responses,
        base_url="https://api.openai.com/v1",
        base_url_setting="OPENAI_BASE_URL",
        auth=Bearer("OPENAI_API_KEY"),
        models=read_models(files(__name__).joinpath("models.toml").read_text()),
        prefixes=("gpt-", "o1", "o3", "o4", "chatgpt-"),
        assumed=Model(
            id="",
            tools=True,
            vision=True,
            files=True,
            structured=True,
            caching=True,
            temperature=False,
            thinking="effort",
            efforts=("low", "medium", "high"),
        ),
    )
