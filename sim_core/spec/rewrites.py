"""How saved values change with the version of what reads them."""

from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec import Struct

Rewrite: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]


class Migration(Struct, frozen=True, kw_only=True):
    """How saved values of one major version become those of the next, and back."""

    to: int
    up: Rewrite
    down: Rewrite
