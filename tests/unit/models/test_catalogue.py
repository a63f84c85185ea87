"""The models that are checked in, and what is said of them."""

import subprocess
import sys
from collections.abc import Iterable

import pytest
from sim_provider_anthropic import register_providers as anthropic
from sim_provider_openai import register_providers as openai
from sim_provider_openai_compatible import register_providers as compatible

from sim_core.errors import Invalid, Missing
from sim_core.models.catalogue import Catalogue
from sim_core.models.cost import cost
from sim_core.models.dialects.efforts import ORDER, budget, nearest
from sim_core.spec.prompts import Cost, Usage
from sim_core.spec.providers import Model, Provider, Tier


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue([*openai(), *anthropic(), *compatible()])


def models(providers: Iterable[Provider]) -> list[Model]:
    return [model for provider in providers for model in provider.models]


def test_every_listed_model_has_its_size_its_prices_and_efforts_we_know() -> None:
    for model in models([*openai(), *anthropic()]):
        assert model.window > model.reply > 0, model.id
        assert model.input_price is not None, model.id
        assert model.output_price is not None, model.id
        assert model.output_price > model.input_price > (model.cached_price or 0), model.id
        assert set(model.efforts) <= set(ORDER), model.id
        assert not model.thinking or model.efforts, model.id
        assert all(tier.input_price >= model.input_price for tier in model.tiers), model.id


def test_a_pro_model_has_its_own_price_and_not_its_namesakes(catalogue: Catalogue) -> None:
    assert catalogue.find("gpt-5.5-pro")[1].output_price == 180
    assert catalogue.find("gpt-5.5")[1].output_price == 30


def test_a_name_finds_its_vendor(catalogue: Catalogue) -> None:
    for name in ("gpt-6.1-sol", "openai/gpt-6.1-sol", "gpt-9-unheard-of", "o3"):
        assert catalogue.find(name)[0].id == "openai"
    for name in ("claude-sonnet-5-5", "anthropic/claude-opus-5", "claude-opus-9"):
        assert catalogue.find(name)[0].id == "anthropic"
    provider, model = catalogue.find("ollama/hf.co/qwen/qwen3:8b")
    assert (provider.id, model.id, model.tools) == ("ollama", "hf.co/qwen/qwen3:8b", True)


def test_a_dated_edition_has_the_facts_of_its_model(catalogue: Catalogue) -> None:
    for name in ("claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5-20251001"):
        model = catalogue.find(name)[1]
        assert (model.id, model.thinking, model.output_price) == ("claude-haiku-4-5-20251001", "budget", 5)
    assert catalogue.find("gpt-4o-2024-11-20")[1].window == 128_000


@pytest.mark.parametrize("name", ["openai/claude-sonnet-5-5", "llama-3", "nobody/llama-3"])
def test_a_name_that_nobody_has_is_missing(catalogue: Catalogue, name: str) -> None:
    with pytest.raises(Missing):
        catalogue.find(name)


def test_no_model_is_said_so(catalogue: Catalogue) -> None:
    with pytest.raises(Invalid, match="no model is chosen"):
        catalogue.find(" ")


def test_an_unlisted_claude_is_asked_for_nothing_that_some_generation_refuses(catalogue: Catalogue) -> None:
    model = catalogue.find("claude-opus-9")[1]
    assert (model.temperature, model.forced, model.thinking) == (False, False, "")


PRICED = Model(
    id="m",
    input_price=2.0,
    cached_price=0.2,
    cache_write_price=2.5,
    output_price=10.0,
    tiers=(Tier(above=1_000_000, input_price=4.0, cached_price=0.4, output_price=20.0),),
)


def test_cached_and_written_tokens_cost_what_they_cost() -> None:
    used = Usage(input=1_000_000, cached=500_000, cache_write=100_000, output=100_000)
    assert cost(PRICED, used) == Cost(input=0.8 + 0.1 + 0.25, output=1.0, total=2.15)


def test_a_long_request_costs_its_own_price() -> None:
    assert cost(PRICED, Usage(input=2_000_000, output=1_000_000)) == Cost(input=8.0, output=20.0, total=28.0)


def test_what_has_no_price_costs_nothing() -> None:
    assert cost(Model(id="own"), Usage(input=1000, output=1000)) == Cost()


def test_the_nearest_effort_is_the_highest_below() -> None:
    assert nearest("max", ("low", "high")) == "high"
    assert nearest("minimal", ("low", "high")) == "low"
    assert nearest("none", ("low", "high")) == "low"
    assert nearest("medium", ("low", "high")) == "low"
    assert nearest("high", ()) == ""


def test_a_budget_leaves_room_for_the_answer() -> None:
    assert budget("max", Model(id="m", reply=8192), 8192) == 7168
    assert budget("minimal", Model(id="m", reply=8192), 1000) == 1024


def test_declaring_vendors_imports_no_sdk() -> None:
    code = (
        "import sys, sim_core.plugin, sim_provider_openai as o, sim_provider_anthropic as a, sim_core.models.runner\n"
        "[*o.register_providers(), *a.register_providers()]\n"
        "print(sorted({'openai', 'anthropic', 'httpx2', 'jsonschema_rs'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
