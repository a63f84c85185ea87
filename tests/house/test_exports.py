import ast

import sim_core.plugin
from tests.house.layers import ROOT


def test_the_door_of_plugins_re_exports_and_does_nothing_else() -> None:
    tree = ast.parse((ROOT / "sim_core/plugin.py").read_text())
    kinds = [type(node) for node in tree.body]
    assert set(kinds) <= {ast.Expr, ast.ImportFrom, ast.Assign}
    assigned = [node.targets[0].id for node in tree.body if isinstance(node, ast.Assign)]  # type: ignore[attr-defined]
    assert assigned == ["hookimpl", "__all__"]


def test_the_door_names_all_that_it_offers() -> None:
    offered = {name for name in vars(sim_core.plugin) if not name.startswith(("__", "@"))} - {"HookimplMarker"}
    assert offered == set(sim_core.plugin.__all__)
    assert sorted(set(sim_core.plugin.__all__)) == sorted(sim_core.plugin.__all__)


def test_everything_offered_says_what_it_is() -> None:
    silent = [
        name
        for name in sim_core.plugin.__all__
        if callable(getattr(sim_core.plugin, name)) and name not in ("hookimpl", "field")
        and not (getattr(sim_core.plugin, name).__doc__ or "").strip()
        and not str(getattr(sim_core.plugin, name)).startswith("typing.")
    ]  # fmt: skip
    assert silent == []
