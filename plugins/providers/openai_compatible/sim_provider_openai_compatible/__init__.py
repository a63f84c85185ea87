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


SERVERS = (
    # id, title, what it is, secret with the address, secret with the key, usual address, documentation
    ("ollama", "Ollama", "Models on a machine of your own, by Ollama.", "OLLAMA_URL", "OLLAMA_API_KEY",
     "http://localhost:11434/v1", "https://docs.ollama.com/openai"),
    ("vllm", "vLLM", "Models that a vLLM server of your own serves.", "VLLM_BASE_URL", "VLLM_API_KEY",
     "", "https://docs.vllm.ai"),
    ("lm_studio", "LM Studio", "Models that LM Studio serves on a desk.", "LM_STUDIO_URL", "LM_STUDIO_API_KEY",
     "http://localhost:1234/v1", "https://lmstudio.ai/docs"),
    ("litellm", "LiteLLM", "Everything behind a LiteLLM proxy.", "LITELLM_BASE_URL", "LITELLM_API_KEY",
     "", "https://docs.litellm.ai"),
    ("openai_compatible", "OpenAI-compatible", "Any other server that speaks OpenAI's chat completions.",
     "OPENAI_COMPATIBLE_BASE_URL", "OPENAI_COMPATIBLE_API_KEY",
     "", "https://platform.openai.com/docs/api-reference/chat"),
)  # fmt: skip


@hookimpl
def register_providers() -> Iterable[Provider]:
    """Ollama, vLLM, LM Studio, LiteLLM, and any other."""
    for id, title, doc, address, key, url, docs in SERVERS:
        yield Provider(
            id=id,
            title=title,
            doc=doc,
            docs_url=docs,
            dialect=openai_chat,
            base_url=url,
            base_url_setting=address,
            auth=Bearer(key),
            open_models=True,
            keyless=True,
            assumed=ASSUMED,
        )
