"""Realtime over REST: tickets, comments, and the history with its way back."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from sim_core.accounts.actors import may
from sim_core.accounts.tickets import Ticket, create_ticket
from sim_core.document.operations import Operation
from sim_core.document.workflow import Workflow
from sim_core.errors import Anonymous
from sim_core.rest.routes import Call, Count, Nothing, route
from sim_core.store import comments, past
from sim_core.store.chains import Appended
from sim_core.store.comments import Anchor, Colleague, Comment, Place
from sim_core.store.documents import history, load

Mentions = Annotated[tuple[str, ...], Meta(max_length=50)]
Body = Annotated[str, Meta(min_length=1, max_length=10_000)]


class RealtimeTicket(Struct, frozen=True, kw_only=True):
    """What lets one connection to the realtime service in."""

    ticket: str
    """Send it in `hello`, once, within `expires_in` seconds."""
    expires_in: int
    url: str
    """Where the service is."""


class NewComment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to say."""

    body: Body
    mentions: Mentions = ()
    """Ids of people in the workspace."""
    anchor: Anchor | None = None
    """What a new thread is about."""
    thread_id: str | None = None
    """The thread that this answers."""


class CommentChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is different about a comment."""

    body: Body | None = None
    mentions: Mentions = ()
    """With a new body: who is mentioned in it."""
    resolved: bool | None = None


class CommentList(Struct, frozen=True, kw_only=True):
    """Every comment, thread by thread."""

    items: tuple[Comment, ...]
    unread: tuple[str, ...] = ()
    """Ids of those that you have not read."""
    names: dict[str, str]
    """What their authors are called."""


class ColleagueList(Struct, frozen=True, kw_only=True):
    """Who may open a workflow, and can be mentioned."""

    items: tuple[Colleague, ...]


class HistoryQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of the history."""

    after: Count = 0
    limit: Annotated[int, Meta(ge=1, le=500)] = 200


class HistoryEntry(Struct, frozen=True, kw_only=True):
    """One change of the past."""

    seq: int
    at: datetime
    actor: str
    client_id: str
    operation: Operation


class HistoryPage(Struct, frozen=True, kw_only=True):
    """Part of the history, in order."""

    items: tuple[HistoryEntry, ...]
    seq: int
    """Where the workflow stands."""
    next_after: int | None
    """Send it as `after` for what follows."""
    names: dict[str, str]
    """What the actors are called."""


class PastDocument(Struct, frozen=True, kw_only=True):
    """The document as it was."""

    seq: int
    workflow: Workflow


class Restore(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which state to go back to."""

    to_seq: Count
    client_id: Annotated[str, Meta(max_length=64)] = ""
    """The client of the realtime service that asks: to it, the restore is a change of its own, which it may undo."""


@route("POST", "/realtime/ticket", scope=("read", "write"), reply=RealtimeTicket, status=201)
async def make_ticket(call: Call[None, Nothing]) -> RealtimeTicket:
    """Make a ticket for one connection to the realtime service."""
    if call.actor is None:
        raise Anonymous
    made: Ticket = await create_ticket(call.services.store, call.actor)
    url = call.services.settings.realtime_url.rstrip("/") + "/ws"
    return RealtimeTicket(ticket=made.ticket, expires_in=made.expires_in, url=url)


@route("GET", "/workflows/{workflow_id}/comments", scope="read", reply=CommentList)
async def list_comments(call: Call[None, Nothing]) -> CommentList:
    """List what was said about a workflow."""
    await load(call.services.store, call.id("workflow_id"), call.workspace_id)
    store, place = call.services.store, _place(call)
    items = await comments.list_comments(store, place)
    return CommentList(
        items=items,
        unread=await comments.unread(store, place, call.user_id),
        names=await comments.names(store, (one.created_by for one in items)),
    )


@route("GET", "/workflows/{workflow_id}/people", scope="read", reply=ColleagueList)
async def list_colleagues(call: Call[None, Nothing]) -> ColleagueList:
    """List who may open a workflow, by name."""
    await load(call.services.store, call.id("workflow_id"), call.workspace_id)
    return ColleagueList(items=await comments.colleagues(call.services.store, call.workspace_id))


@route("PUT", "/workflows/{workflow_id}/comments/{comment_id}/read", scope="read", status=204)
async def read_comment(call: Call[None, Nothing]) -> None:
    """Say that you have read a thread up to a comment."""
    await comments.mark_read(call.services.store, _place(call), call.id("comment_id"), by=call.user_id)


@route(
    "POST",
    "/workflows/{workflow_id}/comments",
    scope="read",
    covering="write",
    body=NewComment,
    reply=Comment,
    status=201,
)
async def add_comment(call: Call[NewComment, Nothing]) -> Comment:
    """Say something about a workflow, or answer; everybody in its room hears of it."""
    body = call.body
    return await comments.add_comment(
        call.services.store,
        _place(call),
        by=call.user_id,
        body=body.body,
        mentions=body.mentions,
        anchor=body.anchor,
        thread_id=body.thread_id,
    )


@route(
    "PATCH",
    "/workflows/{workflow_id}/comments/{comment_id}",
    scope="read",
    covering="write",
    body=CommentChange,
    reply=Comment,
)
async def change_comment(call: Call[CommentChange, Nothing]) -> Comment:
    """Change one's own words, or mark a thread as settled."""
    store, place, id, body = call.services.store, _place(call), call.id("comment_id"), call.body
    if body.body is not None:
        await comments.edit_comment(store, place, id, by=call.user_id, body=body.body, mentions=body.mentions)
    if body.resolved is not None:
        await comments.resolve_thread(store, place, id, by=call.user_id, resolved=body.resolved)
    return await comments.read_comment(store, place, id)


@route("DELETE", "/workflows/{workflow_id}/comments/{comment_id}", scope="read", covering="write", status=204)
async def delete_comment(call: Call[None, Nothing]) -> None:
    """Take a comment away, with its answers."""
    is_admin = call.actor is not None and may(call.actor, call.workspace_id, "admin")
    await comments.delete_comment(
        call.services.store, _place(call), call.id("comment_id"), by=call.user_id, is_admin=is_admin
    )


@route("GET", "/workflows/{workflow_id}/history", scope="read", query=HistoryQuery, reply=HistoryPage)
async def read_history(call: Call[None, HistoryQuery]) -> HistoryPage:
    """Read every change of a workflow."""
    store, id, query = call.services.store, call.id("workflow_id"), call.query
    stored = await load(store, id, call.workspace_id)
    changes = await history(store, id, call.workspace_id, after=query.after, limit=query.limit)
    items = tuple(
        HistoryEntry(seq=one.seq, at=one.at, actor=one.actor, client_id=one.client_id, operation=one.effective)
        for one in changes
    )
    more = bool(items) and items[-1].seq < stored.seq
    names = await comments.names(store, (one.actor for one in items))
    return HistoryPage(items=items, seq=stored.seq, next_after=items[-1].seq if more else None, names=names)


@route("GET", "/workflows/{workflow_id}/history/{seq}", scope="read", reply=PastDocument)
async def read_past(call: Call[None, Nothing]) -> PastDocument:
    """Read a workflow as it was after one of its changes."""
    text = call.text("seq")
    seq = int(text) if text.isdecimal() and len(text) < 16 else -1
    workflow = await past.document_at(call.services.store, call.id("workflow_id"), call.workspace_id, seq)
    return PastDocument(seq=seq, workflow=workflow)


@route("POST", "/workflows/{workflow_id}/restore", scope="write", body=Restore, reply=Appended)
async def restore(call: Call[Restore, Nothing]) -> Appended:
    """Make a workflow what it was, by the fewest changes that lead there; restoring to the point before undoes it."""
    body, workflow_id = call.body, call.id("workflow_id")
    return await past.restore(
        call.services.store,
        workflow_id,
        call.workspace_id,
        to=body.to_seq,
        actor=call.user_id,
        client_id=body.client_id,
    )


def _place(call: Call[Any, Any]) -> Place:
    return Place(call.id("workflow_id"), call.workspace_id)


ROUTES = (
    make_ticket,
    list_comments,
    add_comment,
    change_comment,
    delete_comment,
    read_comment,
    list_colleagues,
    read_history,
    read_past,
    restore,
)
