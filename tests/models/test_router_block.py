"""The router blocks, over a server that speaks chat completions."""

from typing import Any

import msgspec
import pytest
from sim_block_router import OldRouter, Router, router, router_legacy

from sim_core.errors import Invalid
from sim_core.spec.steps import Goto
from tests.models.desk import Desk, models, provider
from tests.support import vendors
from tests.support.http import serve

ROUTES = [{"id": "r1", "title": "Sales", "value": "about buying"}, {"id": "r2", "title": "Help", "value": "trouble"}]
TARGET = {"block_id": "b1", "block_type": "agent", "block_name": "Sell"}


def desk(server: Any, http: Any, **leads: Any) -> Desk:
    made = Desk(models(http, provider(server.url)))
    made.leads = leads
    return made


async def route(step: Desk, **values: Any) -> Goto:
    assert router.run is not None
    facts = {"model": "acme/m", "context": "I want one.", "routes": ROUTES} | values
    return await router.run(msgspec.convert(facts, Router), step)


async def test_the_route_that_the_model_chose_is_the_port(http: Any) -> None:
    async with serve(vendors.chat('{"route": "r1", "reasoning": "They buy."}')) as server:
        gone = await route(desk(server, http, **{"router-r1": [TARGET]}))
    assert gone.port == "router-r1"
    output = msgspec.to_builtins(gone.value)
    assert (output["selected_route"], output["reasoning"]) == ("r1", "They buy.")
    assert output["selected_path"] == TARGET
    assert output["tokens"]["total"] == 120
    form = server.seen[0].json["response_format"]["json_schema"]
    assert form["schema"]["properties"]["route"]["enum"] == ["r1", "r2", "NO_MATCH"]
    assert form["strict"] is True


async def test_a_route_that_leads_nowhere_still_is_one(http: Any) -> None:
    async with serve(vendors.chat('{"route": "r2", "reasoning": "Trouble."}')) as server:
        gone = await route(desk(server, http), routes=msgspec.json.encode(ROUTES).decode())
    assert msgspec.to_builtins(gone.value)["selected_path"]["block_id"] == ""


async def test_no_match_is_an_error_with_the_reason(http: Any) -> None:
    async with serve(vendors.chat('{"route": "NO_MATCH", "reasoning": "It is about the weather."}')) as server:
        with pytest.raises(Invalid, match="could not determine a matching route: It is about the weather"):
            await route(desk(server, http))


async def test_a_route_that_does_not_exist_is_an_error_that_lists_those_that_do(http: Any) -> None:
    async with serve(vendors.chat('{"route": "r9", "reasoning": "?"}')) as server:
        with pytest.raises(Invalid, match=r"r1.*r2"):
            await route(desk(server, http))


async def test_a_router_without_routes_is_an_error(http: Any) -> None:
    async with serve(vendors.chat("x")) as server:
        for routes in ([], "", "[]"):
            with pytest.raises(Invalid, match="No routes defined"):
                await route(desk(server, http), routes=routes)
    assert server.seen == []


async def test_the_older_router_chooses_among_the_blocks_that_follow(http: Any) -> None:
    assert router_legacy.run is not None
    leads = {"router-b1": [TARGET], "router-b2": [TARGET | {"block_id": "b2", "block_name": "Help"}]}
    async with serve(vendors.chat('{"route": "b2", "reasoning": "Trouble."}')) as server:
        gone = await router_legacy.run(OldRouter(prompt="Help!", model="acme/m"), desk(server, http, **leads))
        with pytest.raises(Invalid, match="No blocks follow"):
            await router_legacy.run(OldRouter(prompt="Help!", model="acme/m"), desk(server, http))
    assert gone.port == "router-b2"
    assert msgspec.to_builtins(gone.value)["selected_path"]["block_name"] == "Help"


def test_the_ports_are_the_routes() -> None:
    inputs = msgspec.convert({"routes": ROUTES}, Router)
    assert tuple(router.ports(inputs)) == ("router-r1", "router-r2")
