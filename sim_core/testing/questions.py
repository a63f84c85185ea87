"""The questions, one function each: it yields what is wrong, in words."""

import asyncio
import fnmatch
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from sim_core.errors import Invalid
from sim_core.net import cassettes
from sim_core.plugins import papers
from sim_core.plugins.rules import RULES, ids
from sim_core.registry.manifest import BlockFacts
from sim_core.spec import options
from sim_core.spec.auth import Connection, ways
from sim_core.spec.forms import FormField
from sim_core.spec.tools import Tool
from sim_core.testing.subjects import Broken, Subject, subjects

Ask: TypeAlias = Callable[[], Iterable[str]]

# In one process that forks for each: what one plugin imports does not hide what the next one does.
_IMPORTS = """
import json, os, sys
import sim_core.plugin, sim_core.spec.integration_blocks
sys.path[:] = json.loads(sys.argv[1])
for module in json.loads(sys.argv[2]):
    there, here = os.pipe()
    if not os.fork():
        before = {*sys.modules}
        try:
            __import__(module)
            new = sorted({name.partition(".")[0] for name in {*sys.modules} - before} - {*sys.stdlib_module_names})
        except BaseException as error:
            new = [f"! {type(error).__name__}: {error}"]
        os.write(here, json.dumps(new).encode())
        os._exit(0)
    os.close(here)
    with os.fdopen(there, "rb") as pipe:
        print(json.dumps([module, json.loads(pipe.read() or b'["! it ended Python"]')]), flush=True)
    os.wait()
"""


class Asked(Struct, frozen=True):
    """A question to a plugin."""

    title: str
    place: Path
    ask: Ask

    def complaints(self) -> list[str]:
        """What is wrong; nothing when all is well."""
        return list(self.ask())


def asked(names: Iterable[str]) -> list[Asked]:
    """Every question to each of the installed plugins of these names."""
    chosen = subjects(names)
    modules = tuple(sorted({one.found.module for one in chosen}))
    return [question for one in chosen for question in _questions(one, modules)]


def _questions(one: Subject | Broken, modules: tuple[str, ...]) -> Iterator[Asked]:
    if isinstance(one, Broken):
        yield Asked(f"{one.found.plugin}: it declares something", Path(one.found.place), lambda: [one.reason])
        return

    def to(title: str, ask: Ask) -> Asked:
        return Asked(f"{one.name}: {title}", one.package / "__init__.py", ask)

    yield to("importing it imports nothing heavy", lambda: light(one, modules))
    yield to("its source keeps to the house", lambda: sound(one))
    yield to("everything has a sentence", lambda: described(one))
    yield to("its options are brought by tools that are there", lambda: offered(one))
    yield to("its ids are its own", lambda: named(one))
    yield to("no published id vanished", lambda: kept(one))
    yield to("its README says what the code says", lambda: documented(one))
    for integration in one.told.integrations.values():
        for tool in integration.tools.values():
            yield to(f"{tool.id} plays its cassettes", lambda tool=tool: plays(one, tool))


def light(one: Subject, modules: tuple[str, ...]) -> Iterator[str]:
    """Importing a plugin imports its own modules and nothing else."""
    own = one.found.module.partition(".")[0]
    for name in _imports(modules)[one.found.module]:
        if name.startswith("!"):
            yield f"importing {one.found.module} fails: {name[2:]}"
        elif name != own:
            yield f"importing {one.found.module} imports {name}; import it inside the function that needs it"


def sound(one: Subject) -> Iterator[str]:
    """The static check finds no error."""
    for rule in RULES:
        if one.project and rule is not ids:
            found = (finding for finding in rule(one.project) if finding.severity == "error")
            yield from (f"{f.file}:{f.line}: {f.code}: {f.message} ({f.hint})" for f in found)


def described(one: Subject) -> Iterator[str]:
    """A sentence for whatever a person or a model reads."""
    told = one.manifest
    things = [(f"tool {tool.id}", tool.doc) for tool in told.tools]
    things += [(f"block {block.type}", block.doc) for block in told.blocks]
    things += [(f"provider {provider.id}", provider.doc) for provider in told.providers]
    things += [(f"{name} of block {block.type}", doc) for block in told.blocks for name, doc in _fields(block)]
    for name, doc in things:
        if not papers.sentence(doc).endswith((".", "?", "!")):
            yield f"{name} has no sentence that ends in a full stop: {doc!r}"
    for provider in told.providers:
        yield from (f"model {model.id} has no title" for model in provider.models if not model.title)


def offered(one: Subject) -> Iterator[str]:
    """What fields of tools and blocks offer to choose from comes from a tool, and lies where they look for it."""
    tools = {tool.id: tool for integration in one.told.integrations.values() for tool in integration.tools.values()}
    forms = [(tool.id, tool.id.partition(".")[0], tool.input) for tool in tools.values()]
    forms += [(block.id, block.id, block.input) for block in one.told.blocks.values() if block.narrow is None]
    for id, service, form in forms:
        for info in msgspec.structs.fields(form):
            found = options.options_of(form, info.encode_name)
            brings = options.tool_of(found, service) if found else ""
            if found and (brings in tools or brings.partition(".")[0] == service):
                name = f"{info.encode_name} of {id}"
                yield from options.misfits(form, name, found, tools.get(brings))


def named(one: Subject) -> Iterator[str]:
    """The entry point's name is the service's, and no other plugin's."""
    services = [*one.told.integrations]
    if one.found.group == "sim.tools" and one.found.name not in services:
        yield f"the entry point is called {one.found.name!r} and the services {services}: the id is the address"
    for id in one.told.integrations:
        if id.startswith("_") or "__" in id:
            yield f"{id!r} could not be told from its tools' names"
    rivals = [other for other in subjects(["all"]) if isinstance(other, Subject) and other.name != one.name]
    mine = {*papers.ids(one.manifest)}
    for other in rivals:
        yield from (f"{id} is also {other.name}'s" for id in sorted(mine & {*papers.ids(other.manifest)}))


def kept(one: Subject) -> Iterator[str]:
    """What was published is still there, or a newer major reads its values."""
    if not one.published and papers.ids(one.manifest):
        yield "it has no ids.txt; write it with `sim plugin check --write`"
    now = {*papers.ids(one.manifest)}
    for id in one.published:
        if id not in now and not _migrated(one, id):
            yield f"{id} was published and is gone; keep it, or release a new major with a migration"


def documented(one: Subject) -> Iterator[str]:
    """The README's table names everything there is, in the code's words, and nothing else."""
    written = papers.told_rows(one.readme)
    declared = {id: doc for table in papers.rows(one.manifest).values() for id, doc in table.items()}
    hint = "write it with `sim plugin check --write`"
    for id, doc in declared.items():
        if written.get(id) != doc:
            yield f"the README says {written.get(id)!r} of {id}, the code {doc!r}; {hint}"
    yield from (f"the README names {id}, which is not there; {hint}" for id in written.keys() - declared.keys())


def plays(one: Subject, tool: Tool) -> Iterator[str]:
    """Each cassette of a tool: exact requests, to its own hosts, and the exact result."""
    try:
        tapes = cassettes.of_tool(one.papers, tool)
    except Invalid as error:
        yield error.message
        return
    if not tapes:
        yield f"{tool.id} has no cassette; record cassettes/{tool.id.partition('.')[2]}.json"
    for name, tape in tapes.items():
        yield from (f"{name}: {words}" for words in asyncio.run(cassettes.play(tool, tape)))
        yield from (f"{name}: {words}" for words in _strays(one, tool, tape))


def _strays(one: Subject, tool: Tool, tape: cassettes.Cassette) -> Iterator[str]:
    integration = one.told.integrations[tool.id.partition(".")[0]]
    own = urlsplit(integration.base_url).hostname or ""
    if "{" in integration.base_url or any(isinstance(way, Connection) for way in ways(integration.auth)):
        return  # the account says where the service is
    given = {urlsplit(value if "//" in value else f"//{value}").hostname for value in tape.credential.values()}
    for exchange in tape.exchanges:
        host = urlsplit(str(exchange.request.get("url", ""))).hostname or ""
        if host not in (own, *given) and not any(fnmatch.fnmatch(host, pattern) for pattern in integration.hosts):
            yield f"{tool.id} asks {host}, which is no host of {integration.title}"


def _fields(block: BlockFacts) -> Iterator[tuple[str, str]]:
    def below(fields: Iterable[FormField], above: str) -> Iterator[tuple[str, str]]:
        for field in fields:
            yield above + field.name, field.doc
            yield from below(field.fields, f"{above}{field.name}.")

    return below(block.form, "")


def _migrated(one: Subject, id: str) -> bool:
    kind, _, name = id.partition(" ")
    stored, _, major = name.partition("@")
    old = int(major or 1)
    return kind == "block" and any(
        block.id == stored and {*range(old, block.version)} <= {*block.migrates_from} for block in one.manifest.blocks
    )


@cache
def _imports(modules: tuple[str, ...]) -> dict[str, list[str]]:
    paths = json.dumps([path or "." for path in sys.path])
    command = [sys.executable, "-c", _IMPORTS, paths, json.dumps(modules)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    lines: list[Any] = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    missing = {module: [f"! {done.stderr.strip()[-500:] or 'nothing was said'}"] for module in modules}
    return missing | dict(lines)
