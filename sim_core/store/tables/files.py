"""Files of workspaces: what they are called and hold; their bytes lie in the storage."""

from piccolo.columns import BigInt, ForeignKey, Text, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table

from sim_core.store.tables.accounts import Workspace


class File(Table, tablename="file"):
    """A file of a workspace; its folder is a path, and empty at the top."""

    id = Text(primary_key=True)
    workspace_id = ForeignKey(Workspace, null=False, default="")
    folder = Text()
    name = Text()
    media_type = Text()
    size = BigInt()
    digest = Text(help_text="SHA-256 of its bytes, which is where they lie.")
    created_at = Timestamptz()
    created_by = Text(null=True, default=None)
    updated_at = Timestamptz()
    updated_by = Text(null=True, default=None)
    file_once = Unique([workspace_id, folder, name])
