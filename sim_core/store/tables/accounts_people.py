"""How people prove who they are: sessions, codes, identities, and what they are told by mail."""

from piccolo.columns import JSON, BigInt, Boolean, Bytea, ForeignKey, Text, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table

from sim_core.store.tables.accounts import Organization, User


class Session(Table, tablename="session"):
    """A browser that is signed in; only the digest of its token is kept."""

    id = Text(primary_key=True)
    user_id = ForeignKey(User, null=False, default="", index=True)
    digest = Text(unique=True)
    way = Text()
    address = Text()
    agent = Text()
    created_at = Timestamptz()
    seen_at = Timestamptz()
    expires_at = Timestamptz()
    proven_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class Code(Table, tablename="code"):
    """A code or a link that was sent to an address; only its digest is kept."""

    id = Text(primary_key=True)
    email = Text(index=True)
    purpose = Text()
    digest = Text(unique=True)
    tries = BigInt(default=0)
    created_at = Timestamptz()
    expires_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)


class Identity(Table, tablename="identity"):
    """A person as another provider knows them."""

    id = Text(primary_key=True)
    user_id = ForeignKey(User, null=False, default="", index=True)
    provider = Text()
    subject = Text()
    email = Text()
    created_at = Timestamptz()
    used_at = Timestamptz()
    identity_once = Unique([provider, subject])


class Passkey(Table, tablename="passkey"):
    """A key that a person's device keeps; only its public half is known here."""

    id = Text(primary_key=True)
    user_id = ForeignKey(User, null=False, default="", index=True)
    credential_id = Bytea(unique=True)
    public_key = Bytea()
    uses = BigInt(default=0)
    name = Text()
    aaguid = Text()
    transports = Text()
    backed_up = Boolean(default=False)
    created_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)


class Ceremony(Table, tablename="ceremony"):
    """Something that a browser began and comes back to finish, once."""

    id = Text(primary_key=True)
    kind = Text()
    digest = Text(unique=True)
    user_id = Text(null=True, default=None)
    facts = Bytea()
    expires_at = Timestamptz()


class Mail(Table, tablename="mail"):
    """A mail, sealed: one to be sent, or one that the operator has to hand on."""

    id = Text(primary_key=True)
    recipient = Text()
    subject = Text()
    body = Bytea()
    created_at = Timestamptz()
    sent_at = Timestamptz(null=True, default=None)
    error = Text(null=True, default=None)


class Invitation(Table, tablename="invitation"):
    """An offer to join an organization and some of its workspaces."""

    id = Text(primary_key=True)
    organization_id = ForeignKey(Organization, null=False, default="", index=True)
    email = Text()
    role = Text()
    grants = JSON()
    digest = Text(unique=True)
    invited_by = Text()
    created_at = Timestamptz()
    sent_at = Timestamptz()
    expires_at = Timestamptz()
    accepted_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class PermissionGroup(Table, tablename="permission_group"):
    """What some people of an organization may not use."""

    id = Text(primary_key=True)
    organization_id = ForeignKey(Organization, null=False, default="", index=True)
    name = Text()
    rules = JSON()
    created_at = Timestamptz()


class PermissionGroupMember(Table, tablename="permission_group_member"):
    """A person in a permission group."""

    id = Text(primary_key=True)
    group_id = ForeignKey(PermissionGroup, null=False, default="")
    user_id = ForeignKey(User, null=False, default="", index=True)
    permission_group_member_once = Unique([group_id, user_id])


class AuditLog(Table, tablename="audit_log"):
    """What somebody did that matters for security; it outlives whatever it tells of."""

    id = Text(primary_key=True)
    organization_id = Text(null=True, default=None)
    workspace_id = Text(null=True, default=None)
    actor_id = Text(null=True, default=None)
    actor = Text()
    key_id = Text(null=True, default=None)
    action = Text()
    thing = Text()
    thing_id = Text()
    address = Text()
    before = JSON(null=True, default=None)
    after = JSON(null=True, default=None)
    created_at = Timestamptz()


class RateLimit(Table, tablename="rate_limit"):
    """How far the allowance of something is used up."""

    key = Text(primary_key=True)
    due_at = Timestamptz()
