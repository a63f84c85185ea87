"""Who is asking, and what they may do."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from sim_core.errors import Denied, Missing

Role: TypeAlias = Literal["read", "write", "admin"]
Scope: TypeAlias = Literal["read", "run", "write", "admin"]
Action: TypeAlias = Literal["read", "run", "write", "admin"]

SCOPES: tuple[Scope, ...] = ("read", "run", "write", "admin")
ALLOWS: Mapping[Role, frozenset[Action]] = {
    "read": frozenset({"read"}),
    "write": frozenset({"read", "run", "write"}),
    "admin": frozenset({"read", "run", "write", "admin"}),
}
"""What a role in a workspace allows."""
COVERS: Mapping[Scope, frozenset[Action]] = {
    "read": frozenset({"read"}),
    "run": frozenset({"run"}),
    "write": frozenset({"read", "write"}),
    "admin": frozenset({"read", "run", "write", "admin"}),
}
"""What a scope of a key covers; a key does what both its scopes and its owner's role allow."""


class Actor(Struct, frozen=True, kw_only=True):
    """Whoever sent a request."""

    user_id: str
    roles: dict[str, Role]
    """Role by workspace; a key of one workspace sees only that one."""
    scopes: tuple[Scope, ...] = SCOPES
    key_id: str | None = None

    @property
    def workspace_ids(self) -> tuple[str, ...]:
        """The workspaces that there are for this actor."""
        return tuple(self.roles)

    @property
    def name(self) -> str:
        """How the histories of workflows and runs call this actor."""
        return self.user_id


def may(actor: Actor, workspace_id: str, action: Action) -> bool:
    """Whether an actor may do something in a workspace."""
    role = actor.roles.get(workspace_id)
    return role is not None and action in ALLOWS[role] and any(action in COVERS[scope] for scope in actor.scopes)


def require(actor: Actor, workspace_id: str, action: Action) -> None:
    """Raise `Missing` for a workspace the actor has no part in, `Denied` for an action that is not allowed there."""
    if workspace_id not in actor.roles:
        raise Missing(f"There is no workspace {workspace_id!r}")
    if not may(actor, workspace_id, action):
        raise Denied(f"This takes the right to {action!r}, which the key or its owner does not have", code="scope")
