"""User code, fenced in: expressions and functions in Python and JavaScript."""

from sim_core.sandbox.failures import CodeError, CodeExpired, Unfenced
from sim_core.sandbox.limits import Limits
from sim_core.sandbox.sandbox import Sandbox

__all__ = ["CodeError", "CodeExpired", "Limits", "Sandbox", "Unfenced"]
