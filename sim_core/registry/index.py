"""Makes the index of an environment: what is installed, what it told, and who may not have which id."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct

from sim_core.errors import Problem
from sim_core.registry.asking import SLOW_MS, Answer, ask
from sim_core.registry.cache import Cache, Index, Line
from sim_core.registry.manifest import Manifest
from sim_core.registry.scan import Found, core_stamp, fingerprint, key, scan


class PluginProblem(Struct, frozen=True, kw_only=True):
    """What is wrong with a plugin; an error means that something of it is not offered."""

    plugin: str
    package: str
    code: str
    message: str
    severity: str = "error"

    def __str__(self) -> str:
        return self.message


class Offered(Struct, frozen=True):
    """Who offers what, by id."""

    blocks: Mapping[str, Mapping[int, Line]]
    integrations: Mapping[str, Line]
    providers: Mapping[str, Line]
    aliases: Mapping[str, str]
    problems: tuple[PluginProblem, ...]


def current(index: Index, paths: Sequence[str]) -> bool:
    """Whether an index still tells the truth."""
    return (
        index.key == key(paths)
        and index.core == core_stamp()
        and all(line.fingerprint == fingerprint(line.found) for line in index.lines if line.found.source)
    )


def make(paths: Sequence[str], cache: Cache, known: Mapping[str, Manifest]) -> tuple[Index, dict[str, Manifest]]:
    """The index of an environment, and the manifests that could be neither read from `known` nor from the cache."""
    before = key(paths)  # taken first: what is installed meanwhile is found the next time
    installed = scan(paths)
    doubles = _doubles(installed)
    marks = {one.plugin: fingerprint(one) for one in installed}
    single = [one for one in installed if one.plugin not in doubles]
    answers = _kept(single, marks, cache, known)
    fresh: dict[str, Manifest] = {}
    if len(answers) < len(single):
        with cache.turn():
            # several processes start at once: whoever comes first asks, the others read what it was told
            answers |= _kept(single, marks, cache, known)
            asked = [one for one in single if one.plugin not in answers]
            for answer in ask(asked, cache=cache.folder, paths=paths):
                answers[answer.plugin] = answer
                if answer.manifest:
                    fresh[marks[answer.plugin]] = answer.manifest
                    cache.keep_manifest(marks[answer.plugin], answer.manifest)
    lines = tuple(
        Line(found=one, fingerprint=marks[one.plugin], trouble=doubles[one.plugin])
        if one.plugin in doubles
        else line(one, marks[one.plugin], answers[one.plugin])
        for one in installed
    )
    index = Index(before, core_stamp(), lines)
    cache.keep_index(paths, index)
    return index, fresh


def _kept(
    plugins: Sequence[Found], marks: Mapping[str, str], cache: Cache, known: Mapping[str, Manifest]
) -> dict[str, Answer]:
    """What plugins told before."""
    kept = {one.plugin: known.get(marks[one.plugin]) or cache.manifest(marks[one.plugin]) for one in plugins}
    return {plugin: Answer(plugin=plugin, manifest=manifest) for plugin, manifest in kept.items() if manifest}


def line(found: Found, mark: str, answer: Answer) -> Line:
    """The line of a plugin that was asked."""
    told = answer.manifest
    if told is None:
        words = f"{found.plugin} of {found.package} {found.version} is left out: {answer.message}"
        return Line(found=found, fingerprint=mark, trouble=Problem(code=answer.code, message=words))
    return Line(
        found=found,
        fingerprint=mark,
        blocks=tuple((block.id, block.version) for block in told.blocks),
        aliases=tuple((alias, block.type) for block in told.blocks for alias in block.aliases),
        integrations=tuple(one.id for one in told.integrations),
        providers=tuple(one.id for one in told.providers),
        hooks=told.hooks,
        trouble=_slow(found, answer.ms),
    )


def offered(lines: Iterable[Line]) -> Offered:
    """Who offers what; an id that two packages claim is nobody's until one of them is removed."""
    everyone = tuple(lines)
    problems = [_problem(one, one.trouble) for one in everyone if one.trouble]
    blocks = _claims(((id, one) for one in everyone for id, _ in dict.fromkeys(one.blocks)), "block type", problems)
    aliases: dict[str, str] = {}
    for one in everyone:
        for alias, type in one.aliases:
            if aliases.setdefault(alias, type).partition("@")[0] != type.partition("@")[0]:
                words = f"imports read {alias!r} as {aliases[alias]!r}; {one.plugin} claims it for {type!r}"
                problems.append(_problem(one, Problem(code="alias_twice", message=words, severity="warning")))
    return Offered(
        blocks=MappingProxyType(
            {id: {major: one for name, major in one.blocks if name == id} for id, one in blocks.items()}
        ),
        integrations=MappingProxyType(
            _claims(((id, one) for one in everyone for id in one.integrations), "integration", problems)
        ),
        providers=MappingProxyType(
            _claims(((id, one) for one in everyone for id in one.providers), "provider", problems)
        ),
        aliases=MappingProxyType(aliases),
        problems=tuple(dict.fromkeys(problems)),
    )


def _claims(claims: Iterable[tuple[str, Line]], what: str, problems: list[PluginProblem]) -> dict[str, Line]:
    claimed: defaultdict[str, list[Line]] = defaultdict(list)
    for id, one in claims:
        if one not in claimed[id]:
            claimed[id].append(one)
    for id, rivals in claimed.items():
        if len(rivals) > 1:
            words = f"{_names(rivals)} both offer the {what} {id!r}; neither is used until one of them is removed"
            problems.extend(_problem(one, Problem(code="plugin_id_taken", message=words)) for one in rivals)
    return {id: rivals[0] for id, rivals in claimed.items() if len(rivals) == 1}


def _doubles(installed: Iterable[Found]) -> dict[str, Problem]:
    """Plugins whose name several packages use."""
    found = tuple(installed)
    often = Counter(one.plugin for one in found)
    problems: dict[str, Problem] = {}
    for name in (name for name, count in often.items() if count > 1):
        packages = " and ".join(f"{one.package} {one.version}" for one in found if one.plugin == name)
        words = f"{packages} both call a plugin {name!r}; neither is used until one of them is removed"
        problems[name] = Problem(code="plugin_name_taken", message=words)
    return problems


def _slow(found: Found, ms: float) -> Problem | None:
    if ms < SLOW_MS:
        return None
    words = f"{found.plugin} of {found.package} took {ms:,.0f} ms to import; import heavy libraries inside functions"
    return Problem(code="plugin_slow", message=words, severity="warning")


def _problem(one: Line, problem: Problem) -> PluginProblem:
    return PluginProblem(
        plugin=one.plugin,
        package=one.found.package,
        code=problem.code,
        message=problem.message,
        severity=problem.severity,
    )


def _names(rivals: Iterable[Line]) -> str:
    return " and ".join(f"{one.found.package} {one.found.version} ({one.plugin})" for one in rivals)
