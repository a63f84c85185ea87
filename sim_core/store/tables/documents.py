"""Workflows: the document in rows, the log of its operations, and its frozen versions."""

from piccolo.columns import JSON, BigInt, Boolean, DoublePrecision, ForeignKey, Integer, Text, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table

from sim_core.store.tables.accounts import Workspace


class WorkflowFolder(Table, tablename="workflow_folder"):
    """A folder of workflows."""

    id = Text(primary_key=True)
    workspace_id = ForeignKey(Workspace, null=False, default="", index=True)
    parent_id = Text(null=True, default=None)
    name = Text()
    position = Integer(null=True, default=None, help_text="Order among its neighbours.")
    created_at = Timestamptz()


class Workflow(Table, tablename="workflow"):
    """A workflow; `seq` counts the operations that made it what it is."""

    id = Text(primary_key=True)
    workspace_id = ForeignKey(Workspace, null=False, default="")
    folder_id = Text(null=True, default=None)
    position = Integer(null=True, default=None, help_text="Order among its neighbours.")
    name = Text()
    description = Text()
    seq = BigInt()
    created_by = Text(null=True, default=None)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    archived_at = Timestamptz(null=True, default=None)
    deleted_at = Timestamptz(null=True, default=None)


class WorkflowBlock(Table, tablename="workflow_blocks"):
    """A placed step; its key is (workflow_id, id)."""

    workflow_id = ForeignKey(Workflow, null=False, default="")
    id = Text(primary_key=True)
    rank = BigInt(help_text="Order in which blocks were placed.")
    type = Text()
    name = Text()
    x = DoublePrecision()
    y = DoublePrecision()
    parent = Text(null=True, default=None)
    enabled = Boolean(default=True)
    values = JSON(help_text="What its form holds.")
    facts = JSON(help_text="Everything else, where it differs from the default.")


class WorkflowEdge(Table, tablename="workflow_edges"):
    """A connection; its key is (workflow_id, id)."""

    workflow_id = ForeignKey(Workflow, null=False, default="")
    id = Text(primary_key=True)
    rank = BigInt()
    source = Text()
    target = Text()
    source_handle = Text()
    target_handle = Text()


class WorkflowSubflow(Table, tablename="workflow_subflows"):
    """What a container repeats over; its key is (workflow_id, id)."""

    workflow_id = ForeignKey(Workflow, null=False, default="")
    id = Text(primary_key=True)
    rank = BigInt()
    kind = Text()
    config = JSON()


class WorkflowVariable(Table, tablename="workflow_variables"):
    """A variable; its key is (workflow_id, id)."""

    workflow_id = ForeignKey(Workflow, null=False, default="")
    id = Text(primary_key=True)
    rank = BigInt()
    name = Text()
    type = Text()
    value = JSON()


class WorkflowOperation(Table, tablename="workflow_operation"):
    """One change of a workflow: as it was asked, and as it took effect; its key is (workflow_id, seq)."""

    workflow_id = ForeignKey(Workflow, null=False, default="")
    seq = BigInt(primary_key=True)
    client_id = Text()
    cseq = BigInt(null=True, default=None)
    base = BigInt(null=True, default=None)
    ts = BigInt(null=True, default=None, help_text="The writer's clock in ms: its stamp on what it changed.")
    actor = Text()
    op = JSON(null=True, default=None, help_text="What was asked, where it differs from what took effect.")
    effective = JSON()
    at = Timestamptz()


class WorkflowDeploymentVersion(Table, tablename="workflow_deployment_version"):
    """A frozen version of a workflow; it never changes."""

    id = Text(primary_key=True)
    workflow_id = ForeignKey(Workflow, null=False, default="")
    version = Integer()
    seq = BigInt()
    digest = Text()
    note = Text()
    live = Boolean(default=False)
    durable = Boolean(default=True, help_text="Whether its runs are taken over when their process dies.")
    created_by = Text(null=True, default=None)
    created_at = Timestamptz()
    version_once = Unique([workflow_id, version])
