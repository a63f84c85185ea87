"""The messages of version 1, as tagged unions; names in snake_case, `t` tells which."""

from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from sim_core.document.operations import Operation
from sim_core.document.workflow import Workflow

VERSION = 1


class _Message(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="t", forbid_unknown_fields=True):
    pass


class Hello(_Message, frozen=True, tag="hello"):
    """The first message: which version is spoken and who is there."""

    v: int
    key: str
    client_id: str


class Join(_Message, frozen=True, tag="join"):
    """Follow a workflow, from a sequence number on or from a snapshot."""

    r: str
    since: int | None = None


class Leave(_Message, frozen=True, tag="leave"):
    """Follow it no longer."""

    r: str


class Sent(_Message, frozen=True):
    """One operation of a client; `cseq` counts its operations on this workflow from 1."""

    cseq: int
    op: Operation


class Ops(_Message, frozen=True, tag="ops"):
    """Change a workflow."""

    r: str
    ops: tuple[Sent, ...]


class Ping(_Message, frozen=True, tag="ping"):
    """Are you there?"""


FromClient: TypeAlias = Hello | Join | Leave | Ops | Ping


class Welcome(_Message, frozen=True, tag="welcome"):
    """The hello was accepted."""

    v: int
    sid: str
    now: float


class Joined(_Message, frozen=True, tag="joined"):
    """A workflow is followed: from this sequence number, with this document unless a delta follows."""

    r: str
    seq: int
    role: str
    workflow: Workflow | None = None


class Done(_Message, frozen=True):
    """One committed operation with what it really changed."""

    seq: int
    client_id: str
    cseq: int | None
    actor: str
    op: Any


class Committed(_Message, frozen=True, tag="ops"):
    """Operations after their commit, in order; to everyone, the author included: that is the acknowledgement."""

    r: str
    ops: tuple[Done, ...]


class Ack(_Message, frozen=True, tag="ack"):
    """An operation that changed nothing: `dup` or `noop`."""

    r: str
    cseq: int
    outcome: str
    seq: int | None = None


class Reject(_Message, frozen=True, tag="reject"):
    """An operation that was refused, with what holds instead."""

    r: str
    cseq: int
    code: str
    message: str
    retryable: bool = False
    now: Any = None


class Refusal(_Message, frozen=True, tag="error"):
    """A message that could not be followed."""

    code: str
    message: str
    r: str | None = None


class Pong(_Message, frozen=True, tag="pong"):
    """Here."""


FromServer: TypeAlias = Welcome | Joined | Committed | Ack | Reject | Refusal | Pong

decode: msgspec.json.Decoder[FromClient] = msgspec.json.Decoder(FromClient)
encode = msgspec.json.Encoder().encode
