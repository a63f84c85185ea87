"""The guide to writing a tool says what works."""

import re
from pathlib import Path
from typing import Any

import msgspec

from sim_core.net.cassettes import Cassette, play

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "write-a-tool.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


async def test_the_examples_of_the_guide_declare_tools_and_play_their_cassette():
    names: dict[str, Any] = {"__name__": "guide"}
    for code in blocks("python"):
        exec(compile(code, "write-a-tool.md", "exec"), names)
    [parcels] = names["register_integrations"]()
    assert list(parcels.tools) == ["parcels.create_parcel", "parcels.list_parcels", "parcels.track_parcel"]
    [cassette] = blocks("json")
    assert await play(parcels.tools["parcels.create_parcel"], msgspec.json.decode(cassette, type=Cassette)) == []
