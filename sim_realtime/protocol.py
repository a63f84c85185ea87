"""The messages of version 1, as tagged unions; names in snake_case, `t` tells which."""

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Struct

from sim_core.document.operations import Operation

VERSION = 1

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
"""A number that both languages and the database can hold."""
TextNames: TypeAlias = Annotated[tuple[Annotated[str, msgspec.Meta(max_length=64)], ...], msgspec.Meta(max_length=16)]
"""Facts of rows that are texts."""
Role: TypeAlias = Literal["read", "write", "admin"]
Outcome: TypeAlias = Literal["dup", "noop", "superseded", "coalesced"]


class _Message(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="t", forbid_unknown_fields=True):
    pass


class Hello(_Message, frozen=True, tag="hello"):
    """The first message: which version is spoken and who is there, by a one-time ticket or an API key."""

    v: int
    client_id: str
    """Who numbers the operations: one for each tab, kept as long as its outbox."""
    ticket: str = ""
    key: str = ""


class Join(_Message, frozen=True, tag="join"):
    """Follow a workflow, from a sequence number on or from a snapshot."""

    r: str
    since: Count | None = None


class Leave(_Message, frozen=True, tag="leave"):
    """Follow it no longer."""

    r: str


class Sent(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One operation of a client; `cseq` counts its operations on this workflow from 1."""

    cseq: int
    op: Operation
    base: Count | None = None
    """The last sequence number that the client had applied."""
    ts: Count | None = None
    """The client's hybrid clock in milliseconds: later than every stamp it has seen."""
    undo_of: Count | None = None
    """The `cseq` that this takes back; what others have changed since stays as it is."""


class Ops(_Message, frozen=True, tag="ops"):
    """Change a workflow."""

    r: str
    ops: tuple[Sent, ...]


class Caret(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The field that somebody edits, and where in it, as relative positions of its text."""

    block_id: str
    field: str
    anchor: Any = None
    head: Any = None


class View(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What part of the canvas somebody sees."""

    x: float
    y: float
    zoom: float


class Presence(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where somebody is; a part that is absent is as before, one that is null is over."""

    cursor: tuple[float, float] | msgspec.UnsetType | None = msgspec.UNSET
    selection: tuple[str, ...] | msgspec.UnsetType | None = msgspec.UNSET
    editing: Caret | msgspec.UnsetType | None = msgspec.UNSET
    view: View | msgspec.UnsetType | None = msgspec.UNSET
    drag: dict[str, tuple[float, float]] | msgspec.UnsetType | None = msgspec.UNSET


class Pres(_Message, frozen=True, tag="pres"):
    """Tell the others where one is; never stored, the latest wins."""

    r: str
    d: Presence


class TextOpen(_Message, frozen=True, tag="text_open"):
    """Edit a field's text together; `vector` is the Yjs state vector of what one has already."""

    r: str
    block_id: str
    field: str
    vector: bytes | None = None
    texts: TextNames | None = None
    """The field holds rows, and these facts of them are texts."""


class Text(_Message, frozen=True, tag="text"):
    """A Yjs update of a field's text; `n` counts the updates of one client and is acknowledged when durable."""

    r: str
    block_id: str
    field: str
    n: Count
    update: bytes


class TextClose(_Message, frozen=True, tag="text_close"):
    """The field lost its focus: make its text durable now."""

    r: str
    block_id: str
    field: str


class Flush(_Message, frozen=True, tag="flush"):
    """Make everything durable now, before a run; answered by `flushed`."""

    r: str


class AppliedUpTo(_Message, frozen=True, tag="applied"):
    """What one has applied, every 64 operations or 2 seconds."""

    r: str
    seq: Count


class Ping(_Message, frozen=True, tag="ping"):
    """Are you there?"""


FromClient: TypeAlias = Hello | Join | Leave | Ops | Pres | TextOpen | Text | TextClose | Flush | AppliedUpTo | Ping


class Limits(Struct, frozen=True, kw_only=True):
    """What one connection may do."""

    in_flight: int
    ops_per_second: int
    burst: int
    presence_per_second: int
    frames_per_second: int
    items: int
    frame: int
    frame_add: int


class Welcome(_Message, frozen=True, tag="welcome"):
    """The hello was accepted."""

    v: int
    sid: str
    now: int
    """The server's clock in milliseconds."""
    limits: Limits


class Person(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody in the room, by the id of the connection."""

    sid: str
    user_id: str
    name: str
    client_id: str
    role: Role
    presence: Presence | None = None


class Joined(_Message, frozen=True, tag="joined"):
    """A workflow is followed: a snapshot comes in parts, a delta as `ops`."""

    r: str
    role: Role
    mode: Literal["delta", "snapshot"]
    seq: int
    """Where the snapshot stands; for a delta what the client had."""
    cseq: int
    """The last number that the server knows of this client; its next operation has a higher one."""
    roster: tuple[Person, ...]
    parts: int = 0


class Part(_Message, frozen=True, tag="part"):
    """A piece of the document's JSON; all pieces together are one `Workflow`."""

    r: str
    i: int
    data: str


class Done(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One committed operation with what it really changed."""

    seq: int
    client_id: str
    actor: str
    op: Operation
    cseq: int | None = None
    ts: int | None = None


class Committed(_Message, frozen=True, tag="ops"):
    """Operations after their commit, in order; to everyone, the author included: that is the acknowledgement."""

    r: str
    ops: tuple[Done, ...]


class Acked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of an operation that is not sent to everybody; `seq` is where its effect stands in the history."""

    cseq: int
    outcome: Outcome
    seq: int | None = None


class Ack(_Message, frozen=True, tag="ack"):
    """Operations that are done without an effect of their own."""

    r: str
    items: tuple[Acked, ...]


class Reject(_Message, frozen=True, tag="reject"):
    """An operation that was refused, with what holds instead."""

    r: str
    cseq: int
    code: str
    message: str
    retryable: bool = False
    item: int = 0
    """Which item of it was the first that could not be done."""
    pointer: str = ""
    now: Any = None


class Others(_Message, frozen=True, tag="pres"):
    """Where others are, by the id of their connection."""

    r: str
    d: tuple[tuple[str, Presence], ...]


class Roster(_Message, frozen=True, tag="roster"):
    """Who came and who left."""

    r: str
    joined: tuple[Person, ...] = ()
    left: tuple[str, ...] = ()


class RoleChanged(_Message, frozen=True, tag="role"):
    """One's own role has changed."""

    r: str
    role: Role


class Evict(_Message, frozen=True, tag="evict"):
    """One is no longer in the room: `access`, `deleted`, `replaced` or `room_full`."""

    r: str
    code: str


class Notice(_Message, frozen=True, tag="notice"):
    """Something happened to the workflow besides its operations: `deployed`, `restored`, `comment`, `run`."""

    r: str
    kind: str
    facts: Any = None


class Hash(_Message, frozen=True, tag="hash"):
    """The document's digest at a sequence number; who differs joins anew."""

    r: str
    seq: int
    h: str


class Slow(_Message, frozen=True, tag="slow"):
    """One sends faster than is allowed: wait so many milliseconds."""

    ms: int


class Moved(_Message, frozen=True, tag="moved"):
    """Another process has the room; ask there."""

    r: str
    url: str


class TextState(_Message, frozen=True, tag="text_state"):
    """A field's text as a Yjs update."""

    r: str
    block_id: str
    field: str
    tseq: int
    update: bytes
    vector: bytes
    """What the server has; one sends what it lacks."""
    since: bytes | None = None
    """The vector that was asked with: the answer to an older question does not fit a copy that was begun anew."""


class Typed(_Message, frozen=True, tag="text"):
    """What somebody else typed."""

    r: str
    block_id: str
    field: str
    sid: str
    update: bytes


class TextAck(_Message, frozen=True, tag="text_ack"):
    """Every update of this client up to `n` is durable, together with the field's plain text at `seq`."""

    r: str
    block_id: str
    field: str
    n: int
    tseq: int
    seq: int


class TextReject(_Message, frozen=True, tag="text_reject"):
    """A text cannot be edited; updates up to `n` are not kept, and one's own copy is to be begun anew."""

    r: str
    block_id: str
    field: str
    code: str
    message: str
    n: int = 0


class Flushed(_Message, frozen=True, tag="flushed"):
    """Everything that was sent before is durable."""

    r: str
    seq: int


class Refusal(_Message, frozen=True, tag="error"):
    """A message that could not be followed."""

    code: str
    message: str
    r: str | None = None


class Pong(_Message, frozen=True, tag="pong"):
    """Here."""


FromServer: TypeAlias = (
    Welcome | Joined | Part | Committed | Ack | Reject | Others | Roster | RoleChanged | Evict | Notice | Hash | Slow
    | Moved | TextState | Typed | TextAck | TextReject | Flushed | Refusal | Pong
)  # fmt: skip

decode: msgspec.json.Decoder[FromClient] = msgspec.json.Decoder(FromClient)
decode_server: msgspec.json.Decoder[FromServer] = msgspec.json.Decoder(FromServer)
encode = msgspec.json.Encoder().encode
