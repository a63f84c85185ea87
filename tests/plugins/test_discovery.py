"""Plugins come, go, break and clash; the registry says what there is and never falls over."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import msgspec
import pytest

from sim_core.plugin import hookimpl
from sim_core.registry import Registry, lookup
from sim_core.registry.asking import ask
from sim_core.registry.scan import scan
from tests.support.packages import block, install, uninstall


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder that packages are installed in and that Python looks in."""
    folder = tmp_path / "site"
    folder.mkdir()
    before = {*sys.modules}
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in {*sys.modules} - before:
        if name.startswith("stranger"):
            del sys.modules[name]


def opened(place: Path) -> Registry:
    importlib.invalidate_caches()
    return Registry.open(place.parent / "cache", paths=[str(place)])


def codes(registry: Registry) -> list[tuple[str, str]]:
    return [(problem.plugin, problem.code) for problem in registry.problems]


def test_a_plugin_is_asked_once_and_imported_when_it_is_used(place: Path) -> None:
    install(place, "stranger-shout", block("shout"), name="shout")
    opened(place)
    registry = opened(place)
    assert [facts.title for manifest in registry.catalogue() for facts in manifest.blocks] == ["Shout"]
    assert "stranger_shout" not in sys.modules
    type = registry.block("shout")
    assert type
    assert type.doc == "Give the text back."
    assert "stranger_shout" in sys.modules


BROKEN = (
    ("import nothing_like_it", "No module named 'nothing_like_it'"),
    ("raise SystemExit(3)", "SystemExit: 3"),
    ("import os; os._exit(7)", "exit code 7"),
    ("import ctypes; ctypes.string_at(0)", "exit code -11"),
    ("def broken(:", "SyntaxError"),
    ("@hookimpl\ndef register_block(): return []", "did you mean 'register_blocks'?"),
    ("def register_blocks(): return []", "mark its functions with @hookimpl"),
    ("@hookimpl\ndef register_blocks(): return ['x']", "'x', which is no BlockType"),
    ("@hookimpl\ndef register_blocks(): return 1 / 0", "division by zero"),
    ("@hookimpl\ndef register_integrations(): return [Integration('aService', title='A')]", "not lower_snake_case"),
    (block("twice").replace("[twice]", "[twice, twice]"), "declares 'twice' twice"),
    (block("late", version=2).replace("version=2", "version=2, migrations=(Migration(to=3, up=dict, down=dict),)"),
     "must end at its version, 2"),
)  # fmt: skip


def test_broken_plugins_are_named_and_the_others_go_on(place: Path) -> None:
    for number, (code, _) in enumerate(BROKEN):
        install(place, f"stranger-bad-{number}", code, name=f"bad_{number:02}")
    install(place, "stranger-good", block("good"), name="good")
    registry = opened(place)
    assert registry.block("good")
    problems = {problem.plugin: problem for problem in registry.problems}
    for number, (_, said) in enumerate(BROKEN):
        problem = problems[f"blocks.bad_{number:02}"]
        assert problem.package == f"stranger-bad-{number}"
        assert said in problem.message
    assert len(problems) == len(BROKEN)


def test_a_plugin_that_hangs_is_given_up(place: Path) -> None:
    install(place, "stranger-a-hangs", "import time; time.sleep(60)")
    install(place, "stranger-good", block("good"))
    answers = list(ask(scan([str(place)]), cache=place, paths=[str(place)], patience_s=6))
    assert "longer than 6 s" in answers[0].message
    assert answers[1].manifest


def test_what_a_plugin_prints_disturbs_nobody(place: Path) -> None:
    install(place, "stranger-loud", 'print("hello")\n' + block("loud").replace("\n    ", "\n"))
    assert opened(place).block("loud")


def test_two_packages_with_one_id_are_both_named_and_neither_is_used(place: Path) -> None:
    install(place, "stranger-one", block("clash"), name="one")
    install(place, "stranger-two", block("clash"), name="two")
    registry = opened(place)
    assert registry.block("clash") is None
    assert codes(registry) == [("blocks.one", "plugin_id_taken"), ("blocks.two", "plugin_id_taken")]
    assert "stranger-one 1.0 (blocks.one) and stranger-two 1.0 (blocks.two)" in registry.problems[0].message
    assert not [facts for manifest in registry.catalogue() for facts in manifest.blocks]


def test_two_packages_with_one_plugin_name_are_both_named(place: Path) -> None:
    install(place, "stranger-one", block("one"), name="same")
    install(place, "stranger-two", block("two"), name="same")
    registry = opened(place)
    assert registry.block("one") is None
    assert codes(registry) == [("blocks.same", "plugin_name_taken")] * 2
    assert "stranger-one 1.0 and stranger-two 1.0" in registry.problems[0].message


def test_a_package_that_comes_is_upgraded_and_goes_needs_no_restart(place: Path) -> None:
    registry = opened(place)
    assert registry.block("guest") is None
    install(place, "stranger-guest", block("guest"), version="1.0")
    assert registry.refresh(now=True)
    assert registry.block("guest")
    uninstall(place, "stranger-guest")
    install(place, "stranger-guest", block("guest").replace("back", "back, politely"), version="1.1")
    assert registry.refresh(now=True)
    upgraded = registry.block("guest")
    assert upgraded
    assert upgraded.doc == "Give the text back, politely."
    uninstall(place, "stranger-guest")
    assert registry.refresh(now=True)
    assert registry.block("guest") is None
    assert not registry.refresh(now=True)


def test_a_server_looks_at_most_once_a_second(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "LOOK_EVERY_S", 3600.0)  # a second is soon over on a busy machine
    registry = opened(place)
    install(place, "stranger-guest", block("guest"))
    assert not registry.refresh()
    assert registry.refresh(now=True)


def test_processes_that_start_together_ask_a_plugin_once(place: Path) -> None:
    told = place.parent / "told"
    slow = f"import time\nopen({str(told)!r}, 'a').write('x')\ntime.sleep(0.5)\n"
    install(place, "stranger-slow", slow + dedent(block("slow")), name="slow")
    code = (
        "import sys; from pathlib import Path; from sim_core.registry import Registry; "
        "found = Registry.open(Path(sys.argv[1]), paths=[sys.argv[2]]); print(found.problems, list(found.catalogue()))"
    )
    command = [sys.executable, "-c", code, str(place.parent / "cache"), str(place)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = {process.communicate(timeout=60)[0] for process in processes}
    assert len(said) == 1
    assert "Slow" in said.pop()
    assert told.read_text() == "x"


def test_a_damaged_cache_is_no_cache(place: Path) -> None:
    install(place, "stranger-shout", block("shout"))
    opened(place)
    kept = place.parent / "cache" / "plugins"
    for file in kept.glob("*.json"):
        file.write_bytes(file.read_bytes()[:40])
    registry = opened(place)
    assert registry.catalogue()[0].blocks[0].id == "shout"
    for file in kept.glob("*.json"):
        file.unlink()
    assert registry.catalogue()[0].blocks[0].id == "shout"


def test_a_plugin_that_told_and_cannot_be_imported_any_more_is_a_problem_not_a_crash(place: Path) -> None:
    module = install(place, "stranger-shout", block("shout"))
    registry = opened(place)
    module.write_text("import nothing_like_it")
    assert registry.block("shout") is None
    assert codes(registry) == [("blocks.stranger_shout", "plugin_import")]


def test_majors_stand_side_by_side_and_a_newer_one_reads_the_older_where_it_can(place: Path) -> None:
    both = '''
    @block(id="note")
    async def first(text: str) -> str:
        """One."""
        return text

    @block(id="note", version=3, migrations=(Migration(to=3, up=dict, down=dict),))
    async def third(text: str) -> str:
        """Three."""
        return text

    @hookimpl
    def register_blocks() -> Iterable[BlockType]:
        return [first, third]
    '''
    install(place, "stranger-note", both)
    registry = opened(place)
    found = [registry.block(name) for name in ("note", "note@2", "note@3", "note@4", "note@x")]
    assert [type and type.version for type in found] == [1, 3, 3, None, None]


def test_imports_find_a_type_by_the_name_that_claims_it_before_an_id() -> None:
    from sim_core.plugin import BlockType, Input

    def type(id: str, *aliases: str) -> BlockType:
        return BlockType(id=id, title=id, doc="A block.", input=Input, aliases=aliases)

    registry = Registry.of(
        blocks=[type("router", "router_v2"), type("router_legacy", "router"), type("wait", "router")]
    )
    named = [registry.alias(name) for name in ("router", "router_v2", "router_legacy", "unknown")]
    assert [type and type.id for type in named] == ["router_legacy", "router", "router_legacy", None]
    assert [problem.code for problem in registry.problems] == ["alias_twice"]


def test_tools_providers_and_models_are_found_by_id(place: Path) -> None:
    code = '''
    shop = Integration("shop", title="Shop", base_url="https://shop.test", auth=Bearer("SHOP_KEY"))

    class Order(Output):
        id: str

    @shop.get("/orders/{id}", returns=Order)
    class ReadOrder(Input):
        """Read an order."""
        id: Annotated[str, Doc("Number.")]

    @hookimpl
    def register_integrations():
        return [shop]

    @hookimpl
    def register_providers():
        return [Provider(id="brain", title="Brain", dialect=len,
                         models=(Model(id="b-1", window=10),))]
    '''
    install(place, "stranger-shop", code, group="sim.plugins", name="shop")
    opened(place)
    registry = opened(place)
    assert [(listed.provider, listed.model.id) for listed in registry.models()] == [("brain", "b-1")]
    assert "stranger_shop" not in sys.modules
    facts = registry.catalogue()[0].integrations[0]
    assert (facts.auth[0].kind, facts.auth[0].secrets) == ("bearer", ("SHOP_KEY",))
    assert facts.tools[0].schema["required"] == ["id"]
    tool = registry.tool("shop.read_order")
    assert tool
    assert tool.doc == "Read an order."
    assert registry.tool("shop.burn") is registry.tool("none.at_all") is None
    assert registry.integration("shop")
    assert registry.provider("brain")
    assert registry.block("shop")


def test_a_hook_is_asked_of_those_who_implement_it() -> None:
    class Silent:
        @hookimpl
        def register_providers(self) -> list[object]:
            return []

    registry = Registry.of(silent=Silent())
    assert registry.ask("register_providers") == [[]]
    assert registry.ask("register_blocks") == []


def test_a_manifest_is_plain_data(place: Path) -> None:
    install(place, "stranger-shout", block("shout"))
    manifest = opened(place).catalogue()[0]
    assert msgspec.json.decode(msgspec.json.encode(manifest))["blocks"][0]["form"][0]["title"] == "Text"
