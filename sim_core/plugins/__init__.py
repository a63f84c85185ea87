"""The life of a plugin: new, check, install, converge, bundle, remove."""

from sim_core.plugins.bundle import Bundle, bundle
from sim_core.plugins.environment import Environment, constraints
from sim_core.plugins.life import Converged, Installed, Ledger, Place, Plan, Recorded, converge, install, plan, remove
from sim_core.plugins.resolver import Change

__all__ = [
    "Bundle",
    "Change",
    "Converged",
    "Environment",
    "Installed",
    "Ledger",
    "Place",
    "Plan",
    "Recorded",
    "bundle",
    "constraints",
    "converge",
    "install",
    "plan",
    "remove",
]
