"""The examples of docs/guides/write-a-provider.md do what the guide says."""

import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from sim_core.errors import Refused, Unreachable
from sim_core.spec.prompts import Prompt, TextPart, Turn
from tests.models.desk import Desk, models
from tests.support import vendors
from tests.support.http import Answer, serve

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "write-a-provider.md"
HELLO = Prompt(turns=(Turn("user", (TextPart("Hello"),)),))


@pytest.fixture
def names() -> dict[str, Any]:
    found: dict[str, Any] = {"__name__": "guide"}
    for code in re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL):
        exec(compile(code, str(GUIDE), "exec"), found)
    return found


async def test_a_vendor_that_is_facts_answers(names: dict[str, Any], http: Any) -> None:
    (acme,) = names["register_providers"]()
    async with serve(vendors.chat("Hi.")) as server:
        step = Desk(models(http, replace(acme, base_url=server.url)), {"ACME_API_KEY": "k"})
        assert (await step.ask("acme-large", HELLO)).text == "Hi."


async def test_a_vendor_with_a_protocol_of_its_own_answers(names: dict[str, Any], http: Any) -> None:
    (acme,) = names["register_providers"]()
    replies = [Answer(body="Hi.\ntokens 3 1\n"), Answer(body="Hi.\n"), Answer(status=403, body="no")]
    async with serve(replies) as server:
        step = Desk(models(http, replace(acme, base_url=server.url, dialect=names["acme"])), {"ACME_API_KEY": "k"})
        answer = await step.ask("acme-large", HELLO)
        assert (answer.text, answer.usage.input) == ("Hi.", 3)
        with pytest.raises(Unreachable):
            await step.ask("acme-large", HELLO)
        with pytest.raises(Refused):
            await step.ask("acme-large", HELLO)
