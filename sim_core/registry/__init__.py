"""Finds the plugins, asks each of them once, answers by id."""

from sim_core.registry.index import PluginProblem
from sim_core.registry.lookup import Listed, Registry
from sim_core.registry.manifest import (
    BlockFacts,
    IntegrationFacts,
    Manifest,
    ProviderFacts,
    ToolFacts,
    WayFacts,
    form_of,
)
from sim_core.registry.scan import Found

__all__ = [
    "BlockFacts",
    "Found",
    "IntegrationFacts",
    "Listed",
    "Manifest",
    "PluginProblem",
    "ProviderFacts",
    "Registry",
    "ToolFacts",
    "WayFacts",
    "form_of",
]
