"""The files of workspaces: where they are kept on this instance, and how runs come to them."""

from sim_core.errors import TooLarge
from sim_core.flow.world import Site
from sim_core.settings import Settings
from sim_core.spec.steps import StoredFile
from sim_core.store.files import Files, Limits
from sim_core.store.patience import patiently
from sim_core.store.pool import Store
from sim_core.store.storage import Disk


def open_files(settings: Settings, store: Store) -> Files:
    """The files of this instance, whose bytes lie in its data folder."""
    limits = Limits(file=settings.file_max_bytes, workspace=settings.file_quota_bytes)
    return Files(store, Disk(settings.data / "files"), limits)


class StoredFiles:
    """The files of a run's own workspace, whoever began it: a file of another one is not there."""

    def __init__(self, files: Files) -> None:
        """Bring them from here."""
        self._files = files

    async def __call__(self, site: Site, file_id: str, *, most: int) -> StoredFile:
        """A file with its bytes; raises `Missing`, and `TooLarge` for more bytes than are wanted."""
        file = await patiently(lambda: self._files.get(site.workspace_id, file_id))
        if file.size > most:
            raise TooLarge(f"The file {file.name!r} has {file.size} bytes; {most} are taken here at most.")
        content = await self._files.whole(site.workspace_id, file)
        return StoredFile(name=file.name, media_type=file.media_type, content=content)
