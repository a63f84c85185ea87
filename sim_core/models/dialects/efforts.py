"""How much a model is asked to think, in the words it knows."""

from collections.abc import Sequence

from sim_core.spec.providers import Model

ORDER = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16384, "xhigh": 32768, "max": 49152}


def nearest(effort: str, known: Sequence[str]) -> str:
    """The effort, or the highest known one below it, or else the lowest known one; empty when none is known."""
    if effort in known:
        return effort
    ranked = sorted((name for name in known if name in ORDER), key=ORDER.index)
    below = [name for name in ranked if effort in ORDER and ORDER.index(name) <= ORDER.index(effort)]
    return below[-1] if below else ranked[0] if ranked else ""


def budget(effort: str, model: Model, most: int) -> int:
    """Tokens of thought for an effort; at least 1,024, and fewer than the whole answer may have."""
    return max(1024, min(BUDGETS.get(effort, 8192), (model.reply or most) - 1024, most - 1024))
