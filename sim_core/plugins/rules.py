"""The rules of a plugin's source, each with a code, and a hint that says what would be right."""

import difflib
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct

from sim_core.plugins.environment import PLATFORM
from sim_core.plugins.project import Project
from sim_core.plugins.reading import At
from sim_core.registry.declared import HOOKS

_ID = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_SECRET = re.compile(
    r"xox[abprs]-\w{8,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|sk-[\w-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY"
)
_SOURCE = re.compile(r"recorded|vendor (example|description) \(https?://\S+\)")
NETWORK = ("httpx", "httpx2", "requests", "aiohttp", "urllib3", "urllib.request", "http.client", "socket", "ftplib",
           "smtplib", "telnetlib")  # fmt: skip
MACHINE = ("subprocess", "ctypes", "multiprocessing", "pty", "importlib.metadata")
LIGHT = ("msgspec", "typing_extensions")


Severity: TypeAlias = Literal["error", "warning"]


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong, and what would be right."""

    code: str
    message: str
    hint: str = ""
    file: str = ""
    line: int = 0
    severity: Severity = "error"


Rule: TypeAlias = Callable[[Project], Iterator[Finding]]


def packaged(project: Project) -> Iterator[Finding]:
    """Entry points, the dependency on the platform, a README."""
    if not project.points:
        hint = 'add [project.entry-points."sim.tools"] with a line `name = "module"`'
        yield Finding(code="project_entry_point", message="it names no entry point of Sim", hint=hint)
    for group, name, value in project.points:
        if not _ID.fullmatch(name):
            yield Finding(code="project_id", message=f"{name!r} in {group} is not lower_snake_case",
                        hint="use words of a-z and 0-9 with single underscores between")  # fmt: skip
        if not (project.package / "__init__.py").is_file():
            yield Finding(code="project_module", message=f"{value!r} is not there",
                        hint=f"put the plugin into {project.package.name}/__init__.py")  # fmt: skip
    if project.name != PLATFORM and not any(
        re.match(r"sim[-_.]platform\b", need, re.IGNORECASE) for need in project.requires
    ):
        yield Finding(code="project_dependency", message="it does not depend on sim-platform",
                    hint='add "sim-platform" to dependencies')  # fmt: skip
    if not project.readme.strip():
        yield Finding(code="project_readme", message="it has no README.md", hint="say what it does and what it needs")


def readable(project: Project) -> Iterator[Finding]:
    """Python that parses."""
    for at, words in project.source.broken:
        yield _at(at, "syntax", words)


def imports(project: Project) -> Iterator[Finding]:
    """Only `sim_core.plugin` of ours, nothing heavy at once."""
    own = project.package.name
    for one in project.source.imports:
        top = one.module.partition(".")[0]
        if top == "sim_core" and one.module != "sim_core.plugin":
            yield _at(one.at, "import_core", f"it imports {one.module}", "import from sim_core.plugin")
        elif re.match(r"sim_(tool|block|provider)_", top) and top != own:
            yield _at(one.at, "import_plugin", f"it imports another plugin, {top}", "use step.call with the tool's id")
        elif one.at_once and top not in (*sys.stdlib_module_names, *LIGHT, "sim_core", own, ""):
            yield _at(
                one.at, "import_heavy", f"importing it imports {top}", "import it inside the function that needs it"
            )


def networks(project: Project) -> Iterator[Finding]:
    """No connection and no process of its own."""
    for one in project.source.imports:
        if any(one.module == name or one.module.startswith(name + ".") for name in NETWORK):
            hint = "declare a request, or use context.send, context.open or step.fetch"
            yield _at(one.at, "import_network", f"it opens connections with {one.module}", hint)
        elif one.module in MACHINE:
            yield _at(one.at, "import_machine", f"it reaches the machine with {one.module}",
                      "say in the README why it must", severity="warning")  # fmt: skip


def hooks(project: Project) -> Iterator[Finding]:
    """Hooks that exist, and are marked."""
    if not any(one.hook for one in project.source.functions):
        yield Finding(code="hook_missing", message="no function is marked with @hookimpl",
                    hint=f"implement one of {', '.join(HOOKS[:3])}")  # fmt: skip
    for one in project.source.functions:
        if one.hook and one.name not in HOOKS:
            near = difflib.get_close_matches(one.name, HOOKS, 1)
            yield _at(one.at, "hook_unknown", f"{one.name!r} is no hook", f"did you mean {near[0]!r}?" if near else "")
        elif one.top and not one.hook and one.name in HOOKS:
            yield _at(one.at, "hook_unmarked", f"{one.name!r} is not marked", "put @hookimpl above it")
    for at in project.source.work:
        yield _at(at, "work_at_import", "importing it does something", "move this into a function", severity="warning")


def words(project: Project) -> Iterator[Finding]:
    """A sentence for everything a person or a model reads."""
    for one in project.source.things:
        if not one.sentence.strip().endswith("."):
            yield _at(one.at, f"{one.kind}_sentence", f"{one.id!r} has no sentence",
                      "say what the caller gets, in one sentence that ends in a full stop")  # fmt: skip
    for one in project.source.fields:
        if not one.described:
            yield _at(one.at, "field_undescribed", f"{one.name} has no description", 'write Annotated[…, Doc("…")]')


def ids(project: Project) -> Iterator[Finding]:
    """Ids of the plugin's own service, and none that vanished."""
    services = {name for _, name, _ in project.points}
    for one in project.source.things:
        service, _, name = one.id.partition(".")
        if one.kind == "tool" and (not _ID.fullmatch(name) or service not in services):
            yield _at(one.at, "tool_id", f"{one.id!r} is not service.verb_noun of this plugin",
                      f"the service is one of {', '.join(sorted(services))}")  # fmt: skip
    declared = {f"{one.kind} {one.id}" for one in project.source.things}
    for id in project.published:
        if id not in declared and not id.startswith("block ") and project.source.things:
            yield Finding(code="id_vanished", message=f"{id!r} was published and is gone",
                        hint="keep it, or release a new major with a migration", file="ids.txt")  # fmt: skip
    if not project.published:
        yield Finding(code="ids_missing", message="it has no ids.txt", severity="warning",
                    hint="list what you publish, so that no id vanishes: `sim plugin check --write-ids`")  # fmt: skip


def cassettes(project: Project) -> Iterator[Finding]:
    """A cassette for each tool, that names its source and holds no secret."""
    for file in project.cassettes.values():
        text = file.read_text("utf-8", "replace")
        try:
            told = msgspec.json.decode(text, type=dict[str, Any])
        except msgspec.DecodeError as error:
            yield Finding(code="cassette_broken", message=f"it is no cassette: {error}", file=file.name)
            continue
        if not _SOURCE.fullmatch(str(told.get("source", ""))):
            yield Finding(code="cassette_source", message="it does not say where its reply is from", file=file.name,
                        hint='"source" is recorded, vendor example (URL) or vendor description (URL)')  # fmt: skip
        if _SECRET.search(text):
            yield Finding(code="cassette_secret", message="it holds what looks like a secret", file=file.name,
                        hint="revoke the secret, and record again without it")  # fmt: skip
    played = {name.split(".")[0] for name in project.cassettes}
    for one in project.source.things:
        if one.kind == "tool" and one.id.partition(".")[2] not in played:
            yield _at(one.at, "cassette_missing", f"{one.id!r} has no cassette",
                      f"record cassettes/{one.id.partition('.')[2]}.json")  # fmt: skip


def readme(project: Project) -> Iterator[Finding]:
    """A README that names what there is."""
    for one in project.source.things:
        if project.readme and f"`{one.id}`" not in project.readme:
            yield _at(one.at, "readme_row", f"the README does not name `{one.id}`", "add its row", severity="warning")


RULES: tuple[Rule, ...] = (packaged, readable, imports, networks, hooks, words, ids, cassettes, readme)


def _at(at: At, code: str, message: str, hint: str = "", *, severity: Severity = "error") -> Finding:
    return Finding(code=code, message=message, hint=hint, file=at.file, line=at.line, severity=severity)
