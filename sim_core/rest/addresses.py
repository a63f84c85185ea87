"""Addresses: in which of your workspaces something is that a colleague sent you a link to."""

from uuid import UUID

from msgspec import Struct

from sim_core.accounts.actors import may
from sim_core.rest.routes import Call, route
from sim_core.store.addresses import Address, address


class AddressQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is looked for."""

    id: UUID


class AddressList(Struct, frozen=True, kw_only=True):
    """What the id names for you: one thing, or nothing."""

    items: tuple[Address, ...]
    next_cursor: str | None = None


@route("GET", "/addresses", scope="read", on="caller", query=AddressQuery, reply=AddressList)
async def find_address(call: Call[None, AddressQuery]) -> AddressList:
    """Find in which of your workspaces a workflow or a run is.

    What is in a workspace that you may not read is not told from what is nowhere.
    """
    readable = [id for id in call.who.workspace_ids if may(call.who, id, "read")]
    found = await address(call.services.store, str(call.query.id), readable)
    return AddressList(items=(found,) if found else ())


ROUTES = (find_address,)
