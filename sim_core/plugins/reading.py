"""What a plugin's source says, read without running any of it."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from sim_core.spec.tools import snake

Definition: TypeAlias = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
ROUTES = ("get", "post", "put", "patch", "delete")


class At(Struct, frozen=True):
    """A place in a file."""

    file: str
    line: int


class Thing(Struct, frozen=True, kw_only=True):
    """A tool, block type or provider that the source declares."""

    kind: str
    """`tool`, `block` or `provider`."""
    id: str
    at: At
    sentence: str = ""
    method: str = ""
    keywords: frozenset[str] = frozenset()
    typed: bool = True
    """Whether what it gives back has a type."""


class Field(Struct, frozen=True, kw_only=True):
    """A field that a person fills in."""

    name: str
    at: At
    described: bool


class Imported(Struct, frozen=True, kw_only=True):
    """An import, and whether it happens when the plugin is imported."""

    module: str
    at: At
    at_once: bool


class Function(Struct, frozen=True, kw_only=True):
    """A function or method."""

    name: str
    at: At
    typed: bool
    hook: bool
    top: bool


class Source(Struct, frozen=True, kw_only=True):
    """Everything that was read."""

    things: tuple[Thing, ...] = ()
    fields: tuple[Field, ...] = ()
    imports: tuple[Imported, ...] = ()
    functions: tuple[Function, ...] = ()
    work: tuple[At, ...] = ()
    """Statements that do something when the plugin is imported."""
    broken: tuple[tuple[At, str], ...] = ()


def read(package: Path) -> Source:
    """Read every module of a package."""
    trees: dict[str, ast.Module] = {}
    broken: list[tuple[At, str]] = []
    for file in sorted(package.rglob("*.py")):
        name = file.relative_to(package.parent).as_posix()
        try:
            trees[name] = ast.parse(file.read_text("utf-8"))
        except (SyntaxError, ValueError) as error:
            broken.append((At(name, getattr(error, "lineno", 1) or 1), str(error)))
    services = {name: id for tree in trees.values() for name, id in _services(tree)}
    structs = _structs(trees.values())
    described = {name for tree in trees.values() for name in _described(tree)}
    return Source(
        things=tuple(thing for name, tree in trees.items() for thing in _things(name, tree, services) if thing.id),
        fields=tuple(field for name, tree in trees.items() for field in _fields(name, tree, structs, described)),
        imports=tuple(one for name, tree in trees.items() for one in _imports(name, tree)),
        functions=tuple(one for name, tree in trees.items() for one in _functions(name, tree)),
        work=tuple(at for name, tree in trees.items() for at in _work(name, tree)),
        broken=tuple(broken),
    )


def _services(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        target, call = _assigned(node)
        if isinstance(target, ast.Name) and isinstance(call, ast.Call) and _called(call) == "Integration" and call.args:
            yield target.id, _text(call.args[0])


def _things(file: str, tree: ast.Module, services: Mapping[str, str]) -> Iterator[Thing]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                yield from _declared(file, node, decorator, services)
        elif isinstance(node, ast.Call) and _called(node) in ("Provider", "BlockType"):
            keywords = {one.arg: one.value for one in node.keywords if one.arg}
            kind = "provider" if _called(node) == "Provider" else "block"
            yield Thing(kind=kind, id=_text(keywords.get("id")), at=At(file, node.lineno),
                        sentence=_text(keywords.get("doc")), keywords=frozenset(keywords))  # fmt: skip


def _declared(
    file: str,
    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
    decorator: ast.expr,
    services: Mapping[str, str],
) -> Iterator[Thing]:
    call = decorator if isinstance(decorator, ast.Call) else None
    function = call.func if call else decorator
    keywords = {one.arg: one.value for one in call.keywords if one.arg} if call else {}
    at, sentence = At(file, node.lineno), ast.get_docstring(node) or ""
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id in services:
        if function.attr not in (*ROUTES, "tool", "tool_as"):
            return
        told = keywords.get("returns") if isinstance(node, ast.ClassDef) else node.returns
        name = _text(keywords.get("name")) or snake(node.name)
        yield Thing(kind="tool", id=f"{services[function.value.id]}.{name}", at=at, sentence=sentence,
                    method=function.attr, keywords=frozenset(keywords), typed=_says_a_type(told))  # fmt: skip
    elif isinstance(function, ast.Name) and function.id == "block" and not isinstance(node, ast.ClassDef):
        id = _text(keywords.get("id")) or node.name
        version = keywords.get("version")
        major = version.value if isinstance(version, ast.Constant) else 1
        yield Thing(kind="block", id=id if major == 1 else f"{id}@{major}", at=at, sentence=sentence,
                    keywords=frozenset(keywords), typed=_says_a_type(node.returns) or "output" in keywords)  # fmt: skip


def _structs(trees: Iterable[ast.Module]) -> set[str]:
    """Names of the classes that hold what people fill in, directly or by descent."""
    bases = {
        node.name: {_dotted(base).rpartition(".")[2] for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"Input"}
    while grown := {name for name, above in bases.items() if above & found} - found:
        found |= grown
    return found


def _described(tree: ast.Module) -> Iterator[str]:
    """Names of types that carry their description with them."""
    for node in tree.body:
        target, value = _assigned(node)
        if isinstance(target, ast.Name) and value is not None and _has_doc(value, set()):
            yield target.id


def _has_doc(node: ast.expr, described: set[str]) -> bool:
    return any(
        (isinstance(one, ast.Call) and _called(one) == "Doc") or (isinstance(one, ast.Name) and one.id in described)
        for one in ast.walk(node)
    )


def _fields(file: str, tree: ast.Module, structs: set[str], described: set[str]) -> Iterator[Field]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name in structs:
            for line in node.body:
                if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                    told = _has_doc(line.annotation, described)
                    yield Field(name=f"{node.name}.{line.target.id}", at=At(file, line.lineno), described=told)


def _imports(file: str, tree: ast.Module) -> Iterator[Imported]:
    late = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Imported(module=alias.name, at=At(file, node.lineno), at_once=id(node) not in late)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield Imported(module=node.module or "", at=At(file, node.lineno), at_once=id(node) not in late)


def _functions(file: str, tree: ast.Module) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            typed = node.returns is not None and all(a.annotation or a.arg in ("self", "cls") for a in given)
            hook = any("hookimpl" in ast.unparse(one) for one in node.decorator_list)
            yield Function(name=node.name, at=At(file, node.lineno), typed=typed, hook=hook, top=node in tree.body)


def _work(file: str, tree: ast.Module) -> Iterator[At]:
    for node in tree.body:
        does = isinstance(node, ast.With | ast.For | ast.While | ast.Delete)
        if does or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await)):
            yield At(file, node.lineno)


def _assigned(node: ast.stmt) -> tuple[ast.expr | None, ast.expr | None]:
    """What an assignment assigns, and to which name."""
    match node:
        case ast.Assign():
            return node.targets[0], node.value
        case ast.AnnAssign():
            return node.target, node.value
        case _:
            return None, None


def _called(call: ast.Call) -> str:
    return _dotted(call.func).rpartition(".")[2]


def _dotted(node: ast.expr) -> str:
    return ast.unparse(node)


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _says_a_type(node: ast.expr | None) -> bool:
    return node is not None and ast.unparse(node) not in ("Any", "object", "dict", "list", "dict[str, Any]")
