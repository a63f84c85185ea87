"""Kinds of step a workflow can have."""

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, cast, get_args, get_origin, get_type_hints, overload

from msgspec import Meta, Struct

from sim_core.spec.fields import Input, Keywords
from sim_core.spec.forms import FormField, OutputField, form, outputs
from sim_core.spec.rewrites import Migration, Rewrite
from sim_core.spec.steps import Step
from sim_core.spec.tools import snake

C = TypeVar("C", bound=Struct)
Run: TypeAlias = Callable[[Any, Step], Awaitable[Any]]
Category: TypeAlias = Literal["trigger", "block", "integration", "container", "note"]


def one_port(inputs: Any) -> Iterable[str]:
    """`source` and nothing else."""
    return ("source",)


class BlockType(Struct, frozen=True, kw_only=True):
    """A kind of step: its form, its ports and what it does."""

    id: str
    title: str
    doc: str
    input: type[Struct]
    output: Any = None
    """Type of what it returns; `None` promises nothing."""
    run: Run | None = None
    """`None` for containers, which the engine runs, and for notes, which never run."""
    ports: Callable[[Any], Iterable[str]] = one_port
    """Names of its handles; one that ends in `*` stands for every name that begins like it."""
    category: Category = "block"
    version: int = 1
    """Major version; a workflow stores `id@version`."""
    migrations: tuple[Migration, ...] = ()
    """Append-only; the last one leads to `version`."""
    container: Literal["", "loop", "parallel"] = ""
    retryable: bool = True
    lends: bool = False
    """Whether a path that its output lacks is looked up in the block before it."""
    color: str = ""
    icon: str = ""
    aliases: tuple[str, ...] = ()
    """Names that imports use for this type."""
    renames: Mapping[str, str] = {}
    """Fields of imports that have another name here; what is not listed is put into snake_case."""
    defaults: Mapping[str, Any] = {}
    """Values that imports imply when they leave a field out."""
    adopt: Rewrite | None = None
    """Makes an import's values into ours, once they are renamed."""
    fields: Callable[[], tuple[FormField, ...]] | None = None
    """Makes the form where it is more than what `input` says."""
    promises: Callable[[], tuple[OutputField, ...]] | None = None
    """Makes the tree of outputs where it is more than what `output` says."""
    adds: Callable[[Mapping[str, Any]], tuple[OutputField, ...]] | None = None
    """Outputs that saved values bring with them: the fields of an agent's response format."""
    narrow: Callable[[Mapping[str, Any]], type[Struct] | None] | None = None
    """The struct that holds for these saved values where it depends on them: an integration's chosen operation."""

    def input_for(self, values: Mapping[str, Any]) -> type[Struct]:
        """The struct that these saved values must satisfy."""
        return (self.narrow(values) if self.narrow else None) or self.input

    def form(self) -> tuple[FormField, ...]:
        """What the canvas shows."""
        return self.fields() if self.fields else form(self.input)

    def outputs(self) -> tuple[OutputField, ...]:
        """What references to a block of this type can go on with."""
        return self.promises() if self.promises else outputs(self.output)

    def outputs_for(self, values: Mapping[str, Any]) -> tuple[OutputField, ...]:
        """What references to a block with these saved values can go on with."""
        added = self.adds(values) if self.adds else ()
        return (*added, *(one for one in self.outputs() if one.name not in {own.name for own in added}))


@overload
def block(
    run: Callable[..., Any], /,
) -> BlockType: ...  # fmt: skip
@overload
def block(run: None = None, /, **facts: Any) -> Callable[[Callable[..., Any]], BlockType]: ...
def block(run: Callable[..., Any] | None = None, /, **facts: Any) -> Any:
    """Make a block type of the function that runs it.

    `async def name(inputs: SomeInput, step: Step)` takes its form from the struct; any other typed function takes it
    from its own signature, and its arguments are the fields.
    """
    if run is not None:
        return _declare(run, {})

    def declare(run: Callable[..., Any]) -> BlockType:
        return _declare(run, facts)

    return declare


def _declare(run: Callable[..., Any], facts: dict[str, Any]) -> BlockType:
    hints = get_type_hints(run, include_extras=True)
    names = list(inspect.signature(run).parameters)
    name = facts.pop("id", None) or run.__name__
    first = hints.get(names[0]) if names else None
    if inspect.isclass(first) and issubclass(first, Struct) and len(names) == 2:
        input, runner = first, cast("Run", run)
    else:
        input, runner = _of_signature(run, name, hints), _calling(run, "step" in names)
    return BlockType(
        id=name,
        title=facts.pop("title", None) or name.replace("_", " ").capitalize(),
        doc=inspect.getdoc(run) or "",
        input=input,
        output=facts.pop("output", _plain(hints.get("return"))),
        run=runner,
        **facts,
    )


def _plain(output: Any) -> Any:
    return output if output is not type(None) else None


def _of_signature(run: Callable[..., Any], name: str, hints: dict[str, Any]) -> type[Struct]:
    kinds: dict[str, Any] = {}
    namespace: dict[str, Any] = {"__module__": run.__module__, "__annotations__": kinds}
    for parameter in inspect.signature(run).parameters.values():
        if parameter.name == "step":
            continue
        kind = hints.get(parameter.name, Any)
        if not _described(kind):
            kind = Annotated[kind, Meta(description=f"{parameter.name.replace('_', ' ').capitalize()}.")]
        kinds[parameter.name] = kind
        if parameter.default is not inspect.Parameter.empty:
            namespace[parameter.name] = parameter.default
    title = "".join(part.capitalize() for part in snake(name).split("_"))
    return cast("type[Struct]", Keywords(title, (Input,), namespace, frozen=True))


def _described(kind: Any) -> bool:
    return get_origin(kind) is Annotated and any(isinstance(m, Meta) and m.description for m in get_args(kind)[1:])


def _calling(run: Callable[..., Any], wants_step: bool) -> Run:
    async def call(inputs: Struct, step: Step) -> Any:
        given: dict[str, Any] = {name: getattr(inputs, name) for name in inputs.__struct_fields__}
        result = run(**given, step=step) if wants_step else run(**given)
        return await result if inspect.isawaitable(result) else result

    return call
