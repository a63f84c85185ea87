"""Options that services bring for fields: asked with the rights that a run would have, and kept for seconds."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from sim_core.document.references import SecretName, parse
from sim_core.errors import Denied, Expired, Invalid, Problem
from sim_core.net.client import Client
from sim_core.net.tools import Accounts, Catalogue, ToolBox
from sim_core.spec import options as spec
from sim_core.spec.fields import Options
from sim_core.spec.options import Offered, Page
from sim_core.store.credentials import use_credential
from sim_core.store.vault import Vault

LONGEST_S = 15.0
KEPT_S = 20.0
KEPT_ITEMS = 200_000
MOST = 200
ENOUGH = 50
PAGES = 5
"""Pages that are read for one answer, until there is enough to choose from."""


class Wish(Struct, frozen=True, kw_only=True):
    """Of which field somebody wants the options, and what else its form holds."""

    form: type[Struct]
    field: str
    service: str
    """The integration, or block type, that it belongs to."""
    values: Mapping[str, Any]
    credential: str = ""
    search: str = ""
    cursor: str = ""
    fresh: bool = False


class Choices(Struct, frozen=True, kw_only=True):
    """What can be chosen; `next_cursor` brings more."""

    items: tuple[Offered, ...]
    next_cursor: str | None = None


class Offering:
    """Asks the tools that bring options."""

    def __init__(
        self,
        catalogue: Catalogue,
        client: Client,
        vault: Vault,
        *,
        accounts: Callable[[str, str], Accounts],
        secrets: Callable[[str, str], Awaitable[Mapping[str, str]]],
    ) -> None:
        """Ask through the guarded client, with the accounts and secrets that runs would have."""
        self._catalogue, self._client, self._vault = catalogue, client, vault
        self._accounts, self._secrets = accounts, secrets
        self._kept: OrderedDict[bytes, tuple[float, Page]] = OrderedDict()
        self._held = 0

    async def ask(self, wish: Wish, options: Options, *, workspace_id: str, person: str) -> Choices:
        """What a person can choose; raises what is missing first, and what the service says."""
        _check_filled(wish, options)
        secrets = await self._secrets(workspace_id, person)
        values = _known(wish, options, secrets)
        if wish.credential:  # asked at each use, also where the answer is at hand
            await use_credential(self._vault, workspace_id, wish.credential, person=person)
        toolbox = ToolBox(self._catalogue, self._client, accounts=self._accounts(workspace_id, person))
        tool, text = spec.tool_of(options, wish.service), spec.holds_text(wish.form, wish.field)

        async def page(cursor: str) -> Page:
            given = spec.asked(options, values, search=wish.search, cursor=cursor)
            about = [workspace_id, person, wish.credential, tool, given, msgspec.to_builtins(options), dict(values)]
            key = hashlib.sha256(msgspec.json.encode(about, enc_hook=str)).digest()
            if not wish.fresh and (kept := self._find(key)):
                return kept
            answer = await toolbox.call(tool, given, secrets=secrets, credential=wish.credential)
            return self._keep(key, spec.read(options, answer, values, cursor=cursor, text=text))

        try:
            async with asyncio.timeout(LONGEST_S):
                return await _gathered(page, options, wish)
        except TimeoutError as error:
            raise Expired(f"{tool} did not bring its options within {LONGEST_S:g} s.") from error
        except Denied as error:
            if error.reason != "no_credential":
                raise
            raise Denied(f"Choose an account first: {error.message}.", code="no_credential") from None

    def _find(self, key: bytes) -> Page | None:
        at, page = self._kept.get(key, (0.0, None))
        return page if page is not None and time.monotonic() - at < KEPT_S else None

    def _keep(self, key: bytes, page: Page) -> Page:
        self._drop(key)
        self._kept[key] = (time.monotonic(), page)
        self._held += len(page.items) + 1
        while self._held > KEPT_ITEMS and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))
        return page

    def _drop(self, key: bytes) -> None:
        if known := self._kept.pop(key, None):
            self._held -= len(known[1].items) + 1


async def _gathered(page: Callable[[str], Awaitable[Page]], options: Options, wish: Wish) -> Choices:
    """Pages until there is enough, and where the list goes on."""
    skip, cursor = _place(wish.cursor)
    found: dict[str, Offered] = {}
    for _ in range(PAGES):
        got = await page(cursor)
        fitting = got.items if options.search else spec.narrowed(got.items, wish.search)
        for at, one in enumerate(fitting[skip:], skip):
            if len(found) >= MOST:
                return Choices(items=tuple(found.values()), next_cursor=f"{at}:{cursor}")
            found.setdefault(str(one.value), one)
        cursor, skip = got.next, 0
        if not cursor or len(found) >= ENOUGH:
            break
    return Choices(items=tuple(found.values()), next_cursor=f"0:{cursor}" if cursor else None)


def _place(cursor: str) -> tuple[int, str]:
    skip, _, rest = cursor.partition(":")
    if cursor and not (skip.isascii() and skip.isdigit()):
        raise Invalid("This cursor is none of ours.", code="bad_cursor")
    return int(skip or "0"), rest


def _check_filled(wish: Wish, options: Options) -> None:
    if names := spec.lacking(wish.form, options, wish.values):
        titles = [spec.title_of(wish.form, name) for name in names]
        problems = [
            Problem(code="choose_first", message=f"Choose {title} first.", field=name, pointer=f"/values/{name}")
            for name, title in zip(names, titles, strict=True)
        ]
        raise Invalid(f"Choose {' and '.join(titles)} first.", code="choose_first", problems=problems)


def _known(wish: Wish, options: Options, secrets: Mapping[str, str]) -> dict[str, Any]:
    """The values that the options depend on, secrets put in; raises `Invalid` for what only a run knows."""
    return {name: _filled(wish, name, wish.values.get(name), secrets) for name in options.fields}


def _filled(wish: Wish, name: str, value: Any, secrets: Mapping[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    template, title = parse(value), spec.title_of(wish.form, name)
    if template.references:
        message = f"{title} is a reference, which is known only when the workflow runs; type what you mean here."
        raise _refusal("known_in_a_run", message, name)
    words: list[str] = []
    for part in template.parts:
        if isinstance(part, SecretName) and part.name not in secrets:
            raise _refusal("no_such_secret", f"{title} names the secret {part.name!r}, which is not set.", name)
        words.append(secrets[part.name] if isinstance(part, SecretName) else str(part))
    return "".join(words)


def _refusal(code: str, message: str, name: str) -> Invalid:
    return Invalid(
        message, code=code, problems=[Problem(code=code, message=message, field=name, pointer=f"/values/{name}")]
    )
