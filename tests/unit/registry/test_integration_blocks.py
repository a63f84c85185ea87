"""An integration on the canvas."""

from typing import Annotated, Any, Literal

import msgspec
import pytest

from sim_core.plugin import Context, Doc, Input, Integration, OnlyModel, Output
from sim_core.spec.integration_blocks import integration_block

shop = Integration("shop", title="Shop", base_url="https://shop.test", aliases=("shop_v2",))


class InStore(Input):
    store: Annotated[str, Doc("Which store.")]


class Order(Output):
    id: Annotated[str, Doc("Number of the order.")]


@shop.post("/{store}/orders", returns=Order)
class CreateOrder(InStore):
    """Order something."""

    item: Annotated[str, Doc("What to order.")]
    count: Annotated[int, Doc("How many.")] = 1
    reason: Annotated[str, OnlyModel()] = ""


@shop.get("/{store}/orders", returns=list[Order])
class ListOrders(InStore):
    """List orders."""

    state: Annotated[Literal["open", "all"], Doc("Which of them.")] = "open"
    count: Annotated[str, Doc("How many, in words.")] = "few"


type_ = integration_block(shop)


class Recorder:
    """A step that keeps what it was asked."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[Any] = []

    async def call(self, tool: str, inputs: dict[str, Any], *, credential: str = "") -> Any:
        self.asked.append((tool, inputs, credential))
        return self.answer


async def use(values: dict[str, Any], answer: Any) -> tuple[Any, Any]:
    step = Recorder(answer)
    inputs = msgspec.convert(values, type_.input, strict=False)
    assert type_.run
    result = await type_.run(inputs, step)  # pyright: ignore[reportArgumentType] - all a block of a service asks for
    return result, step.asked[0]


async def test_the_block_calls_the_chosen_operation_with_its_own_fields_only() -> None:
    values = {"operation": "create_order", "credential": "c1", "store": "s", "item": "tea", "state": "all"}
    result, asked = await use(values, {"id": "7"})
    assert asked == ("shop.create_order", {"store": "s", "item": "tea"}, "c1")
    assert result == {"id": "7"}


async def test_a_list_is_given_under_result() -> None:
    result, _ = await use({"operation": "list_orders", "store": "s"}, [{"id": "7"}])
    assert result == {"result": [{"id": "7"}]}


def test_an_unknown_operation_is_refused_with_its_place() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"operation"):
        msgspec.convert({"operation": "burn"}, type_.input)


def test_saved_values_are_checked_against_the_chosen_operation_and_leftovers_are_passed_over() -> None:
    struct = type_.input_for({"operation": "create_order"})
    with pytest.raises(msgspec.ValidationError, match="item"):
        msgspec.convert({"operation": "create_order", "store": "s", "state": "all"}, struct)
    assert type_.input_for({"operation": "none"}) is type_.input


def test_fields_are_shown_for_the_operations_that_have_them() -> None:
    shown = [(f.name, f.kind, [s.values for s in f.shown_if]) for f in type_.form()]
    assert shown == [
        ("operation", "dropdown", []),
        ("credential", "credential", []),
        ("store", "short_text", []),
        ("item", "short_text", [("create_order",)]),
        ("count", "number", [("create_order",)]),
        ("count", "short_text", [("list_orders",)]),
        ("state", "dropdown", [("list_orders",)]),
    ]
    assert type_.aliases == ("shop_v2",)


def test_outputs_say_which_operation_gives_them() -> None:
    created, listed = type_.outputs()
    assert (created.name, created.doc, created.shown_if[0].values) == ("id", "Number of the order.", ("create_order",))
    assert (listed.name, listed.items, listed.fields[0].name) == ("result", "object", "id")


def test_a_tool_that_takes_a_name_of_the_block_is_refused() -> None:
    bad = Integration("bad", title="Bad")

    class Takes(Input):
        operation: str

    async def do_it(inputs: Takes, context: Context) -> str:
        """Do it."""
        return inputs.operation

    do_it.__annotations__ = {"inputs": Takes, "context": Context, "return": str}
    bad.tool(do_it)
    with pytest.raises(TypeError, match=r"bad\.do_it calls a field 'operation'"):
        integration_block(bad)
