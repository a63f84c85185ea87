"""The database of this instance: the embedded Postgres, or the one that `DATABASE_URL` names, made ready for use."""

from msgspec import Struct

from sim_core.errors import Invalid, Unreachable
from sim_core.settings import Settings
from sim_core.store.embedded import DATABASE, Embedded
from sim_core.store.places import find_place
from sim_core.store.wire import DOWN, Connection, DatabaseError, NoDatabase, connect

OLDEST_POSTGRES = 150000
OLDEST_VECTOR = (0, 8)


class Running(Struct, frozen=True, kw_only=True):
    """A database that answers."""

    url: str
    embedded: Embedded | None = None
    """`None` when the database is not ours to run."""

    @property
    def owner(self) -> bool:
        """Whether this process runs the database and `stop` will take it down."""
        return self.embedded is not None and self.embedded.owns

    def uri(self) -> str:
        """Where to connect."""
        return self.url

    async def stop(self) -> None:
        """Stop the database if it is ours."""
        if self.embedded:
            await self.embedded.stop()


def embedded_of(settings: Settings) -> Embedded | None:
    """The embedded Postgres of these settings, not started; `None` when they name another database."""
    return None if settings.database_url else Embedded(find_place(settings.data))


async def ensure(settings: Settings, *, must_own: bool = False, embedded: Embedded | None = None) -> Running:
    """A database that runs, is new enough, and has pgvector; raises `Invalid` or `Unreachable` that says what to do.

    With `must_own` an embedded database that another process already runs is a `Conflict` with the code `running`.
    """
    if settings.database_url:
        await prepare(settings.database_url)
        return Running(url=settings.database_url)
    embedded = embedded or Embedded(find_place(settings.data))
    await embedded.start(must_own=must_own)
    try:
        if embedded.owns:
            await make_database(embedded)
        return Running(url=embedded.uri(), embedded=embedded)
    except BaseException:
        await embedded.stop()
        raise


async def prepare(url: str) -> None:
    """Check a database's version and switch pgvector on."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise Invalid("DATABASE_URL must begin with postgresql://", code="bad_setting")
    try:
        connection = await connect(url)
    except (*DOWN, DatabaseError, ValueError) as error:
        raise Unreachable(f"The database does not answer: {error}", code="database") from error
    await _look(connection)


async def _look(connection: Connection) -> None:
    try:
        await _check(connection)
    finally:
        await connection.close()


async def _check(connection: Connection) -> None:
    number = int(await connection.fetchval("SHOW server_version_num"))
    if number < OLDEST_POSTGRES:
        raise Invalid(f"The database is Postgres {number // 10000}; 15 or newer is needed", code="old_postgres")
    version = await _vector(connection)
    if version is None:
        try:
            await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except DatabaseError as error:
            raise Invalid(
                f"The database lacks the extension pgvector 0.8 or newer ({error}): install it on the server and run "
                "CREATE EXTENSION vector as a superuser",
                code="no_pgvector",
            ) from error
        version = await _vector(connection)
    if version is None or tuple(int(part) for part in version.split(".")[:2]) < OLDEST_VECTOR:
        raise Invalid(
            f"The database has pgvector {version}; 0.8 or newer is needed (ALTER EXTENSION vector UPDATE)",
            code="old_pgvector",
        )


async def _vector(connection: Connection) -> str | None:
    return await connection.fetchval("SELECT extversion FROM pg_extension WHERE extname = 'vector'")


async def make_database(embedded: Embedded) -> None:
    """Make our database on an embedded server that was started, and switch pgvector on."""
    try:
        connection = await connect(embedded.uri())
    except NoDatabase:
        first = await connect(embedded.uri("postgres"))
        try:
            await first.execute(f'CREATE DATABASE "{DATABASE}"')
        finally:
            await first.close()
        connection = await connect(embedded.uri())
    await _look(connection)
