"""Router: let a model choose the way."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, cast

from sim_block_router.choosing import ask, chosen, described
from sim_core.plugin import (
    Advanced,
    Assisted,
    BlockType,
    Doc,
    Goto,
    Input,
    Invalid,
    LongText,
    OnlyUser,
    Output,
    Prompted,
    Slider,
    Step,
    Verbatim,
    Widget,
    block,
    from_json,
    hookimpl,
    secret_name,
)

MODEL = "claude-sonnet-5-5"
SECRET = Doc("Name of the secret with the vendor's key, where it is not the usual one.")


class Route(Input):
    """One way to go on."""

    id: Annotated[str, Doc("Id of the route; its port is `router-<id>`.")]
    title: Annotated[str, Doc("What the route is called.")] = ""
    value: Annotated[str | None, Doc("When this is the way to go, in words for the model.")] = ""


class Router(Input):
    """What to decide on, and between which routes."""

    context: Annotated[Any, Doc("What the decision is about."), LongText(), Prompted()] = ""
    routes: Annotated[tuple[Route, ...] | str, Doc("The routes."), Prompted(), Widget("routes"), Assisted()] = ()
    model: Annotated[str, Doc("Model that decides."), Widget("model")] = MODEL
    temperature: Annotated[
        float | None, Doc("How freely it decides; models that think ignore it."), Slider(0, 2, 0.1), Advanced()
    ] = 0.1
    key_secret: Annotated[str, SECRET, Verbatim(), OnlyUser(), Advanced()] = ""


class Routed(Output):
    """The route that was chosen, and why."""

    context: Annotated[str, Doc("What the decision was about.")] = ""
    model: Annotated[str, Doc("Model that decided.")] = ""
    tokens: Annotated[Any, Doc("Tokens it took: `input`, `output`, `total`.")] = None
    cost: Annotated[Any, Doc("USD: `input`, `output`, `total`.")] = None
    selected_route: Annotated[str, Doc("Id of the route.")] = ""
    reasoning: Annotated[str, Doc("Why this one.")] = ""
    selected_path: Annotated[Mapping[str, str], Doc("The block it leads to.")] = {}


class OldRouter(Input):
    """What to decide on; the ways are the blocks that follow."""

    prompt: Annotated[Any, Doc("What the decision is about."), LongText(), Prompted()] = ""
    model: Annotated[str, Doc("Model that decides."), Widget("model")] = MODEL
    temperature: Annotated[float | None, Doc("How freely it decides."), Slider(0, 2, 0.1), Advanced()] = 0.1
    system_prompt: Annotated[Any, Doc("More to tell the model."), LongText(), Prompted(), Advanced()] = None
    key_secret: Annotated[str, SECRET, Verbatim(), OnlyUser(), Advanced()] = ""


class OldRouted(Output):
    """The block that was chosen."""

    prompt: Annotated[str, Doc("What the decision was about.")] = ""
    model: Annotated[str, Doc("Model that decided.")] = ""
    tokens: Annotated[Any, Doc("Tokens it took: `input`, `output`, `total`.")] = None
    cost: Annotated[Any, Doc("USD: `input`, `output`, `total`.")] = None
    selected_route: Annotated[str, Doc("Id of the block.")] = ""
    selected_path: Annotated[Mapping[str, str], Doc("The block it leads to.")] = {}


def ports(inputs: Router) -> Iterable[str]:
    """One port for each route."""
    return tuple(f"router-{route.id}" for route in _routes(inputs))


def any_block(inputs: OldRouter) -> Iterable[str]:
    """A port for each block that follows; which they are, only the edges say."""
    return ("router-*",)


@block(
    id="router",
    title="Router",
    color="#059669",
    icon="route",
    ports=ports,
    output=Routed,
    aliases=("router_v2",),
    renames={"apiKey": "key_secret"},
)
async def router(inputs: Router, step: Step) -> Goto:
    """Let a model choose the route that fits."""
    routes = _routes(inputs)
    if not routes:
        raise Invalid("No routes defined for router", code="no_routes")
    context = described(inputs.context)
    rows = [(route.id, route.title, route.value or "") for route in routes]
    answer = await ask(inputs.model, context, rows, step, inputs.temperature, secret_name(inputs.key_secret))
    route, reasoning = chosen(answer, [route.id for route in routes])
    port = f"router-{route}"
    path = next(iter(step.targets(port)), {"block_id": "", "block_type": "", "block_name": ""})
    took = answer.took
    return Goto(port, Routed(context=context, selected_route=route, reasoning=reasoning, selected_path=path, **took))


@block(
    id="router_legacy",
    title="Router (by block)",
    color="#059669",
    icon="route",
    output=OldRouted,
    aliases=("router",),
    renames={"apiKey": "key_secret"},
    ports=any_block,
)
async def router_legacy(inputs: OldRouter, step: Step) -> Goto:
    """Let a model choose the block to go on with."""
    targets = {target["block_id"]: target for target in step.targets("")}
    if not targets:
        raise Invalid("No blocks follow the router", code="no_routes")
    prompt = described(inputs.prompt)
    rows = [(id, t.get("block_name", ""), t.get("block_type", "")) for id, t in targets.items()]
    more = described(inputs.system_prompt)
    answer = await ask(inputs.model, prompt, rows, step, inputs.temperature, secret_name(inputs.key_secret), more=more)
    lowered = {id.lower(): id for id in targets}
    wanted, _ = chosen(answer, list(lowered), lower=True, wrong="Invalid routing decision: {}")
    id = lowered[wanted]
    took = answer.took
    return Goto(f"router-{id}", OldRouted(prompt=prompt, selected_route=id, selected_path=targets[id], **took))


def _routes(inputs: Router) -> tuple[Route, ...]:
    if not isinstance(inputs.routes, str):
        return inputs.routes
    found: Any = from_json(inputs.routes)
    rows = cast("list[Any]", found) if isinstance(found, list) else []
    return tuple(Route(id=str(row["id"]), title=row.get("title") or "", value=row.get("value")) for row in rows)


@hookimpl
def register_blocks() -> Iterable[BlockType]:
    """Router, and its older form."""
    return [router, router_legacy]
