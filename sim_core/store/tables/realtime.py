"""What people who edit together need: texts, comments, snapshots of the past, rooms' owners and tickets."""

from piccolo.columns import JSON, BigInt, Bytea, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from sim_core.store.tables.documents import Workflow


class WorkflowText(Table, tablename="workflow_text"):
    """A field's text as a Yjs document, beside the plain one; its key is (workflow_id, block_id, field)."""

    workflow_id = ForeignKey(Workflow, null=False, default="")
    block_id = Text()
    field = Text(primary_key=True)
    tseq = BigInt(help_text="How often it was made durable.")
    state = Bytea()
    updated_at = Timestamptz()


class WorkflowSnapshot(Table, tablename="workflow_snapshot"):
    """A whole document of the past, from which the history is read on; its key is (workflow_id, seq)."""

    workflow_id = ForeignKey(Workflow, null=False, default="")
    seq = BigInt(primary_key=True)
    document = JSON()
    at = Timestamptz()


class WorkflowComment(Table, tablename="workflow_comment"):
    """What somebody said about a workflow, a block, an edge or a spot; answers carry the id of the first."""

    id = Text(primary_key=True)
    workflow_id = ForeignKey(Workflow, null=False, default="", index=True)
    thread_id = Text()
    anchor = JSON(null=True, default=None)
    body = Text()
    mentions = JSON()
    created_by = Text()
    created_at = Timestamptz()
    edited_at = Timestamptz(null=True, default=None)
    resolved_at = Timestamptz(null=True, default=None)
    resolved_by = Text(null=True, default=None)
    deleted_at = Timestamptz(null=True, default=None)


class CommentRead(Table, tablename="workflow_comment_read"):
    """How far somebody has read a thread; one row for each thread and person."""

    thread_id = Text(primary_key=True)
    user_id = Text()
    workflow_id = ForeignKey(Workflow, null=False, default="", index=True)
    up_to = Text()


class RoomOwner(Table, tablename="room_owner"):
    """Which process has the room of a workflow, and where it is found."""

    workflow_id = Text(primary_key=True)
    owner = Text()
    url = Text()
    since = Timestamptz()


class RealtimeTicket(Table, tablename="realtime_ticket"):
    """Lets one connection in, once, for half a minute; only its digest is kept."""

    digest = Text(primary_key=True)
    user_id = Text()
    key_id = Text(null=True, default=None)
    session_id = Text(null=True, default=None)
    scopes = Text()
    expires_at = Timestamptz(index=True)
