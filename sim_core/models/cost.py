"""What an answer costs."""

from sim_core.spec.prompts import Cost, Usage
from sim_core.spec.providers import Model, Tier

MILLION = 1_000_000


def cost(model: Model, usage: Usage) -> Cost:
    """USD for the tokens of one request; nothing where the price is not known."""
    prices = _prices(model, usage.input)
    if prices is None:
        return Cost()
    cached = prices.input_price if prices.cached_price is None else prices.cached_price
    written = prices.input_price if prices.cache_write_price is None else prices.cache_write_price
    fresh = max(0, usage.input - usage.cached - usage.cache_write)
    given = (fresh * prices.input_price + usage.cached * cached + usage.cache_write * written) / MILLION
    taken = usage.output * prices.output_price / MILLION
    return Cost(input=round(given, 9), output=round(taken, 9), total=round(given + taken, 9))


def add_usage(one: Usage, two: Usage) -> Usage:
    """Tokens of both."""
    return Usage(
        input=one.input + two.input,
        output=one.output + two.output,
        cached=one.cached + two.cached,
        cache_write=one.cache_write + two.cache_write,
        thinking=one.thinking + two.thinking,
    )


def add_cost(one: Cost, two: Cost) -> Cost:
    """USD of both."""
    given, taken = one.input + two.input, one.output + two.output
    return Cost(input=round(given, 9), output=round(taken, 9), total=round(given + taken, 9))


def _prices(model: Model, tokens: int) -> Tier | None:
    reached = [tier for tier in model.tiers if tokens > tier.above]
    if reached:
        return reached[-1]
    if model.input_price is None or model.output_price is None:
        return None
    return Tier(
        above=0,
        input_price=model.input_price,
        output_price=model.output_price,
        cached_price=model.cached_price,
        cache_write_price=model.cache_write_price,
    )
