"""Servers of one's own, and others, that speak OpenAI's chat completions."""

from collections.abc import Iterable

from sim_core.plugin import Bearer, Model, Provider, hookimpl, openai_chat

ASSUMED = Model(
    id="",
    tools=True,
    vision=True,
    files=True,
    structured=True,
    efforts=("none", "minimal", "low", "medium", "high", "xhigh", "max"),
)


def _server(id: str, title: str, doc: str, setting: str, secret: str, *, url: str = "", docs: str) -> Provider:
    return Provider(
        id=id,
        title=title,
        doc=doc,
        docs_url=docs,
        dialect=openai_chat,
        base_url=url,
        base_url_setting=setting,
        auth=Bearer(secret),
        open_models=True,
        keyless=True,
        assumed=ASSUMED,
    )


@hookimpl
def register_providers() -> Iterable[Provider]:
    """Ollama, vLLM, LM Studio, LiteLLM, and any other."""
    return [
        _server(
            "ollama",
            "Ollama",
            "Models on a machine of your own, by Ollama.",
            "OLLAMA_URL",
            "OLLAMA_API_KEY",
            url="http://localhost:11434/v1",
            docs="https://docs.ollama.com/openai",
        ),
        _server(
            "vllm",
            "vLLM",
            "Models that a vLLM server of your own serves.",
            "VLLM_BASE_URL",
            "VLLM_API_KEY",
            docs="https://docs.vllm.ai",
        ),
        _server(
            "lm_studio",
            "LM Studio",
            "Models that LM Studio serves on a desk.",
            "LM_STUDIO_URL",
            "LM_STUDIO_API_KEY",
            url="http://localhost:1234/v1",
            docs="https://lmstudio.ai/docs",
        ),
        _server(
            "litellm",
            "LiteLLM",
            "Everything behind a LiteLLM proxy.",
            "LITELLM_BASE_URL",
            "LITELLM_API_KEY",
            docs="https://docs.litellm.ai",
        ),
        _server(
            "openai_compatible",
            "OpenAI-compatible",
            "Any other server that speaks OpenAI's chat completions.",
            "OPENAI_COMPATIBLE_BASE_URL",
            "OPENAI_COMPATIBLE_API_KEY",
            docs="https://platform.openai.com/docs/api-reference/chat",
        ),
    ]
