"""The guide to writing a tool says what works."""

import re
from pathlib import Path
from typing import Any

import msgspec

from sim_core.net.cassettes import Cassette, play
from sim_core.spec.options import misfits, options_of

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "write-a-tool.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


async def test_the_examples_of_the_guide_declare_tools_and_play_their_cassette():
    names: dict[str, Any] = {"__name__": "guide"}
    for code in blocks("python"):
        exec(compile(code, "write-a-tool.md", "exec"), names)
    [parcels] = names["register_integrations"]()
    told = ("create_parcel", "list_parcels", "track_parcel", "list_depots", "send_visit")
    assert list(parcels.tools) == [f"parcels.{name}" for name in told]
    form = parcels.tools["parcels.send_visit"].input
    options = options_of(form, "depot")
    assert options is not None
    assert list(misfits(form, "depot", options, parcels.tools["parcels.list_depots"])) == []
    [cassette] = blocks("json")
    assert await play(parcels.tools["parcels.create_parcel"], msgspec.json.decode(cassette, type=Cassette)) == []
