"""Keys of model vendors: added, put in order, tried and removed, for a workspace or for the whole instance."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from sim_core.accounts import audit
from sim_core.errors import Missing
from sim_core.models.keys import first_name, names_of
from sim_core.models.trying import Tried
from sim_core.rest.routes import Call, Nothing, route
from sim_core.spec.providers import Provider
from sim_core.store import model_keys as held
from sim_core.store import secrets
from sim_core.store.model_keys import INSTANCE, HeldKey
from sim_core.store.rests import KeyState

Word = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[^\x00]*$")]


class ModelKey(Struct, frozen=True, kw_only=True):
    """A key without its value, and what became of it."""

    name: str
    """Of the secret that holds it."""
    added_at: datetime
    added_by: str | None
    """Name of who set it."""
    used_at: datetime | None
    """When it was last good for an answer, to the minute."""
    refused_with: int
    """The status it was refused with, if nothing was answered to it since; 0 is none."""
    rests_until: datetime | None
    """Until when it is left alone; an only key is asked all the same."""


class VendorKeys(Struct, frozen=True, kw_only=True):
    """A vendor, with its keys in their order."""

    provider: str
    title: str
    doc: str
    models: int
    keyless: bool
    """Works without a key: a server of one's own."""
    in_order: bool
    """Whether the first key that does not rest is asked; otherwise they are asked in turn."""
    keys: tuple[ModelKey, ...]
    address_name: str
    """Name of the secret that may hold another address; empty when there is none."""
    address: str
    """Where the vendor is, unless that secret is set."""
    has_address: bool
    """Whether that secret is set here."""
    of_instance: int
    """Keys of the instance, which a workspace uses while it has none of its own."""


class VendorKeyList(Struct, frozen=True, kw_only=True):
    """The vendors that are installed."""

    items: tuple[VendorKeys, ...]
    next_cursor: str | None = None


class NewModelKey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key, or with `name` what takes the place of one, or the vendor's address."""

    provider: Word
    value: Annotated[str, Meta(min_length=1, max_length=8192)]
    name: Annotated[str, Meta(max_length=128)] = ""


class NamedKey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key that is there."""

    provider: Word
    name: Word


class AddedKey(Struct, frozen=True, kw_only=True):
    """Where the key was put."""

    name: str


class KeysInOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which order a vendor's keys are, all of them, and whether they are asked in it."""

    provider: Word
    names: Annotated[tuple[Word, ...], Meta(max_length=10)] = ()
    """Empty leaves them as they are."""
    in_order: bool | None = None
    """Left out, it stays as it was chosen."""


@route("GET", "/model-keys", scope="admin", reply=VendorKeyList)
async def list_model_keys(call: Call[None, Nothing]) -> VendorKeyList:
    """List the vendors of models with the workspace's keys: who added them, when they were used, which rest."""
    return await _list(call, call.workspace_id)


@route("POST", "/model-keys", scope="admin", body=NewModelKey, reply=AddedKey, status=201)
async def add_model_key(call: Call[NewModelKey, Nothing]) -> AddedKey:
    """Add a key of a vendor to the workspace's, or replace one; a vendor may have ten."""
    return await _add(call, call.workspace_id)


@route("PUT", "/model-keys", scope="admin", body=KeysInOrder, status=204)
async def order_model_keys(call: Call[KeysInOrder, Nothing]) -> None:
    """Put a vendor's keys of the workspace in order; a block that names one by its secret finds the one there then."""
    await _order(call, call.workspace_id)


@route("POST", "/model-keys/test", scope="admin", body=NamedKey, reply=Tried)
async def test_model_key(call: Call[NamedKey, Nothing]) -> Tried:
    """Ask a vendor for a word with one key of the workspace, and say what came of it.

    The cheapest model is asked, for a few tokens. A key that works rests no more; one that is refused does.
    """
    instance = await secrets.get_secrets(call.services.vault, INSTANCE)
    return await _test(call, call.workspace_id, instance)


@route("DELETE", "/model-keys/{name}", scope="admin", status=204)
async def delete_model_key(call: Call[None, Nothing]) -> None:
    """Delete a key of a vendor, or the address of one, from the workspace."""
    await _delete(call, call.workspace_id)


@route("GET", "/instance/model-keys", scope="admin", on="operator", reply=VendorKeyList)
async def list_instance_model_keys(call: Call[None, Nothing]) -> VendorKeyList:
    """List the vendors of models with the instance's keys, which workspaces use that have none of their own."""
    return await _list(call, INSTANCE)


@route("POST", "/instance/model-keys", scope="admin", on="operator", body=NewModelKey, reply=AddedKey, status=201)
async def add_instance_model_key(call: Call[NewModelKey, Nothing]) -> AddedKey:
    """Add a key of a vendor for all workspaces that have none of their own, or replace one."""
    return await _add(call, INSTANCE)


@route("PUT", "/instance/model-keys", scope="admin", on="operator", body=KeysInOrder, status=204)
async def order_instance_model_keys(call: Call[KeysInOrder, Nothing]) -> None:
    """Put a vendor's keys of the instance in order."""
    await _order(call, INSTANCE)


@route("POST", "/instance/model-keys/test", scope="admin", on="operator", body=NamedKey, reply=Tried)
async def test_instance_model_key(call: Call[NamedKey, Nothing]) -> Tried:
    """Ask a vendor for a word with one key of the instance, and say what came of it."""
    return await _test(call, INSTANCE, {})


@route("DELETE", "/instance/model-keys/{name}", scope="admin", on="operator", status=204)
async def delete_instance_model_key(call: Call[None, Nothing]) -> None:
    """Delete a key of a vendor, or the address of one, from the instance."""
    await _delete(call, INSTANCE)


async def _list(call: Call[None, Nothing], owner: str) -> VendorKeyList:
    services = call.services
    vendors = tuple(services.models.catalogue.providers.values())
    names = [name for one in vendors for name in _names(one)]
    known = await held.list_keys(services.store, owner, names)
    values = await secrets.get_secrets(services.vault, owner, tuple(names))
    instance = await secrets.get_secrets(services.vault, INSTANCE, tuple(names)) if owner != INSTANCE else {}
    marks = {name: mark for one in vendors for name, mark in services.models.marks(one, values, instance).items()}
    states = await services.rests.states([*marks.values()])
    found = {name: states[mark] for name, mark in marks.items() if mark in states}
    ordered = await held.ordered(services.store, owner)
    entries = tuple(_vendor(one, known, found, instance, ordered=first_name(one) in ordered) for one in vendors)
    return VendorKeyList(items=entries)


def _vendor(
    one: Provider,
    known: Mapping[str, HeldKey],
    states: Mapping[str, KeyState],
    instance: Mapping[str, str],
    *,
    ordered: bool,
) -> VendorKeys:
    names = names_of(first_name(one))
    return VendorKeys(
        provider=one.id,
        title=one.title,
        doc=one.doc,
        models=len(one.models),
        keyless=one.keyless,
        in_order=ordered,
        keys=tuple(_key(known[name], states.get(name, KeyState())) for name in names if name in known),
        address_name=one.base_url_setting,
        address=one.base_url,
        has_address=one.base_url_setting in known,
        of_instance=sum(name in instance for name in names),
    )


def _key(one: HeldKey, state: KeyState) -> ModelKey:
    return ModelKey(
        name=one.name,
        added_at=one.added_at,
        added_by=one.added_by,
        used_at=state.used_at,
        refused_with=state.refused_with,
        rests_until=state.rests_until,
    )


async def _add(call: Call[NewModelKey, Nothing], owner: str) -> AddedKey:
    body, vault = call.body, call.services.vault
    vendor = _provider(call, body.provider)
    if body.name:
        _check_name(vendor, body.name)
        await secrets.set_secret(vault, owner, body.name, value=body.value, actor=call.user_id)
        name = body.name
    else:
        name = await held.add_key(vault, owner, _keys(vendor), value=body.value, actor=call.user_id)
    await _record(call, owner, "model_key.replace" if body.name else "model_key.add", name)
    return AddedKey(name=name)


async def _order(call: Call[KeysInOrder, Nothing], owner: str) -> None:
    body, store = call.body, call.services.store
    vendor = _provider(call, body.provider)
    async with store.transaction():
        if body.names:
            await held.put_in_order(store, owner, body.names, _keys(vendor))
        if body.in_order is not None:
            await held.choose_order(store, owner, first_name(vendor), in_order=body.in_order)
    after = {"names": body.names, "in_order": body.in_order}
    await _record(call, owner, "model_key.order", first_name(vendor), after=after)


async def _test(call: Call[NamedKey, Nothing], owner: str, defaults: Mapping[str, str]) -> Tried:
    vendor = _provider(call, call.body.provider)
    values = await secrets.get_secrets(call.services.vault, owner, _names(vendor))
    return await call.services.models.test(vendor.id, call.body.name, values, defaults=defaults)


async def _delete(call: Call[None, Nothing], owner: str) -> None:
    name = call.text("name")
    if not any(name in _names(one) for one in call.services.models.catalogue.providers.values()):
        raise Missing(f"There is no key {name!r}.")
    await secrets.delete_secret(call.services.vault, owner, name)
    await _record(call, owner, "model_key.delete", name)


async def _record(call: Call[Any, Any], owner: str, action: str, name: str, *, after: Any = None) -> None:
    place = None if owner == INSTANCE else owner
    await audit.record(call.services.store, call.source, action, ("model_key", name), after=after, workspace_id=place)
    call.services.secrets(owner)


def _provider(call: Call[Any, Any], id: str) -> Provider:
    found = call.services.models.catalogue.providers.get(id)
    if found is None:
        raise Missing(f"No installed plugin brings the vendor {id!r}.")
    return found


def _keys(vendor: Provider) -> tuple[str, ...]:
    """The names that its keys may have."""
    first = first_name(vendor)
    if not first:
        raise Missing(f"{vendor.title} takes no key.")
    return names_of(first)


def _names(vendor: Provider) -> tuple[str, ...]:
    """Every secret that is about a vendor: its keys, and its address."""
    first = first_name(vendor)
    return (*(names_of(first) if first else ()), *filter(None, (vendor.base_url_setting,)))


def _check_name(vendor: Provider, name: str) -> None:
    if name not in _names(vendor):
        raise Missing(f"{vendor.title} has no key {name!r}; it has {', '.join(_names(vendor))}.")


ROUTES = (
    list_model_keys,
    add_model_key,
    order_model_keys,
    test_model_key,
    delete_model_key,
    list_instance_model_keys,
    add_instance_model_key,
    order_instance_model_keys,
    test_instance_model_key,
    delete_instance_model_key,
)
