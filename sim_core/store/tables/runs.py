"""Runs: one row each, their journal, the documents they ran, and what they remember."""

from piccolo.columns import JSON, BigInt, Boolean, DoublePrecision, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from sim_core.store.tables.accounts import Workspace


class WorkflowExecutionLog(Table, tablename="workflow_execution_logs"):
    """A run. Rows outlive their workflow, so nothing here is a foreign key."""

    id = Text(primary_key=True)
    workspace_id = Text()
    workflow_id = Text()
    version = Integer(null=True, default=None)
    workflow_seq = BigInt(null=True, default=None)
    snapshot = Text(null=True, default=None)
    status = Text()
    trigger = Text()
    actor = Text(null=True, default=None)
    parent_id = Text(null=True, default=None)
    idempotency_key = Text(null=True, default=None)
    durable = Boolean(default=False)
    facts = JSON(null=True, default=None, help_text="What else is needed to start it again.")
    input = JSON(null=True, default=None)
    input_blob = Text(null=True, default=None)
    output = JSON(null=True, default=None)
    output_blob = Text(null=True, default=None)
    error = JSON(null=True, default=None)
    http_status = Integer(null=True, default=None)
    created_at = Timestamptz()
    started_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    wake_at = Timestamptz(null=True, default=None)
    ms = DoublePrecision()
    tokens_input = BigInt()
    tokens_output = BigInt()
    cost = DoublePrecision()
    epoch = BigInt()
    owner = Text(null=True, default=None)
    priority = Integer(default=0)
    offered_at = Timestamptz(null=True, default=None, help_text="When the queue handed it to the workers.")
    cancel_asked = Boolean(default=False)
    deadline_at = Timestamptz(null=True, default=None, help_text="When it is stopped, whoever performs it by then.")
    counted = Text(null=True, default=None, help_text="The end that the books of usage know of; none before the first.")
    models = JSON(null=True, default=None, help_text="Models that the books of usage know it has used.")


class UsageDay(Table, tablename="usage_day"):
    """What the runs that began on one day come to; it stays when they are forgotten. Its key is all before `runs`."""

    workspace_id = Text(primary_key=True)
    day = Text(help_text="In UTC, as 2026-01-31.")
    of_model = Boolean(default=False, help_text="Whether this is one model's part of runs, or the whole of them.")
    workflow_id = Text()
    actor = Text(help_text="Who began them; empty for nobody.")
    model = Text()
    writer = Integer(help_text="Processes write rows of their own, so that none waits for another.")
    runs = BigInt()
    failed = BigInt()
    tokens_input = BigInt()
    tokens_output = BigInt()
    cost = DoublePrecision()


class WorkflowExecutionSnapshot(Table, tablename="workflow_execution_snapshots"):
    """A whole document, by its digest."""

    digest = Text(primary_key=True)
    document = JSON()
    created_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None, help_text="When somebody was about to run it, give or take hours.")


class ExecutionEvent(Table, tablename="execution_event"):
    """One thing that happened in a run; its key is (run_id, seq)."""

    run_id = Text()
    seq = BigInt(primary_key=True)
    at = Timestamptz()
    event = JSON(null=True, default=None)
    blob = Text(null=True, default=None)


class Blob(Table, tablename="blob"):
    """A value too large for its row, by its digest."""

    digest = Text(primary_key=True)
    value = JSON()
    created_at = Timestamptz()


class Memory(Table, tablename="memory"):
    """Turns of a conversation, added at once."""

    id = Text(primary_key=True)
    workspace_id = ForeignKey(Workspace, null=False, default="")
    conversation = Text()
    key = Text(null=True, default=None)
    turns = JSON()
    created_at = Timestamptz()
