"""Writes the models of each provider plugin: what they can do from `facts.toml`, what they cost from `genai-prices`.

usage: python -m scripts.models [--check]
"""

import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from genai_prices.data_snapshot import get_snapshot

ROOT = Path(__file__).parents[1] / "plugins" / "providers"
HEAD = "# Written by scripts/models from facts.toml and the genai-prices snapshot; do not edit.\n"
PRICES = {
    "input_price": "input_mtok",
    "cached_price": "cache_read_mtok",
    "cache_write_price": "cache_write_mtok",
    "output_price": "output_mtok",
}


def main() -> int:
    """Write what is stale, or with `--check` only tell."""
    stale = 0
    for facts in sorted(ROOT.glob("*/*/facts.toml")):
        place = facts.with_name("models.toml")
        text = catalogue(tomllib.loads(facts.read_text()))
        if place.exists() and place.read_text() == text:
            continue
        stale += 1
        if "--check" in sys.argv[1:]:
            print(f"{place.relative_to(ROOT)} is stale: run scripts/models")
        else:
            place.write_text(text)
            print(f"wrote {place.relative_to(ROOT)}")
    return stale if "--check" in sys.argv[1:] else 0


def catalogue(facts: Mapping[str, Any]) -> str:
    """The text of a `models.toml`."""
    shared = facts.get("shared", {})
    blocks: list[str] = []
    for family in facts["family"]:
        for id, title in family["models"].items():
            own = {name: value for name, value in family.items() if name != "models"}
            model = {"id": id, "title": title, **shared, **own, **prices(facts["prices"], id)}
            blocks.append(_block("models", model))
    return HEAD + "\n" + "\n".join(blocks)


def prices(vendor: str, model: str) -> dict[str, Any]:
    """List prices of a model today, in USD for a million tokens; empty where the snapshot does not know it."""
    snapshot = get_snapshot()
    provider = next(provider for provider in snapshot.providers if provider.id == vendor)
    found = next((known for known in provider.models if known.is_match(model)), None)
    if found is None:
        return {}
    listed = found.get_prices(datetime.now(UTC))
    base = {name: value for name, key in PRICES.items() if (value := _base(getattr(listed, key, None))) is not None}
    if not {"input_price", "output_price"} <= set(base):
        return {}
    tiers = [dict(_tier(listed, start, base)) for start in sorted(_starts(listed))]
    return base | ({"tiers": tiers} if tiers else {})


def _starts(listed: Any) -> set[int]:
    return {tier.start for key in PRICES.values() for tier in getattr(getattr(listed, key, None), "tiers", ())}


def _tier(listed: Any, start: int, base: Mapping[str, float]) -> Iterator[tuple[str, Any]]:
    yield "above", start
    for name, key in PRICES.items():
        if name in base:
            tiers = getattr(getattr(listed, key), "tiers", ())
            reached = [float(tier.price) for tier in tiers if tier.start <= start]
            yield name, reached[-1] if reached else base[name]


def _base(price: Any) -> float | None:
    return None if price is None else float(getattr(price, "base", price))


def _block(name: str, values: Mapping[str, Any]) -> str:
    plain = {key: value for key, value in values.items() if key != "tiers"}
    lines = [f"[[{name}]]", *(f"{key} = {_literal(value)}" for key, value in plain.items())]
    tiers = [_block(f"{name}.tiers", tier) for tier in values.get("tiers", ())]
    return "\n".join([*lines, *(f"\n{tier}".rstrip() for tier in tiers)]) + "\n"


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_literal(item) for item in cast('list[Any]', value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)


if __name__ == "__main__":
    sys.exit(main())
