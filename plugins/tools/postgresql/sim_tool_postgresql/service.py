"""PostgreSQL: what a connection is, and how one is opened."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Annotated, Any, Literal

from sim_core.plugin import (
    Address,
    Advanced,
    Connection,
    Context,
    Denied,
    Doc,
    Expired,
    Input,
    Integration,
    LongText,
    Refused,
    Secret,
    Unreachable,
)


class Server(Input):
    """A database and who enters it."""

    host: Annotated[str, Doc("Host of the server.", examples=["db.example.com"])]
    port: Annotated[int, Doc("Port of the server.", ge=1, le=65535)] = 5432
    database: Annotated[str, Doc("Name of the database.")]
    username: Annotated[str, Doc("Who enters.")]
    password: Annotated[str, Doc("Password of that account."), Secret()] = ""
    sslmode: Annotated[
        Literal["verify-full", "require", "disable"],
        Doc("Encrypt and check who answers, encrypt only, or neither; neither is for networks you trust."),
    ] = "verify-full"
    ca: Annotated[str, Doc("Certificate of the server's own authority, as PEM."), LongText(), Advanced()] = ""


CONNECTION = Connection(Server, secret="POSTGRESQL_URL")

postgresql = Integration(
    "postgresql",
    title="PostgreSQL",
    doc="Rows and tables of a PostgreSQL database.",
    auth=CONNECTION,
    docs_url="https://www.postgresql.org/docs/current/",
    color="#336791",
)

Timeout = Annotated[float, Doc("Seconds that the database may take.", gt=0, le=600), Advanced()]
CONNECT_S = 10.0


@asynccontextmanager
async def connected(context: Context, timeout_s: float) -> AsyncGenerator[Any]:
    """A connection of asyncpg, closed at the end; the server stops a statement that takes longer than it may."""
    asyncpg: Any = import_module("asyncpg")
    server: Server = CONNECTION.read(context.credential)
    address = await context.open(server.host, server.port)
    try:
        connection = await asyncpg.connect(
            **_arguments(server, address), timeout=CONNECT_S, command_timeout=timeout_s + 5
        )
    except TimeoutError:
        raise Expired(f"{server.host} did not let us in within {CONNECT_S:g} s") from None
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
        raise _not_connected(server, error) from error
    try:
        await connection.execute(f"SET statement_timeout = {int(timeout_s * 1000)}")
        yield connection
    except asyncpg.QueryCanceledError:
        raise Expired(f"the database took longer than {timeout_s:g} s") from None
    except asyncpg.PostgresError as error:
        raise Refused(words(error)) from error
    except (asyncpg.InterfaceError, OSError) as error:
        raise Unreachable(f"{server.host} broke off: {error}", code="broken_off") from error
    finally:
        await _close(connection)


async def _close(connection: Any) -> None:
    try:
        await connection.close(timeout=2)
    except Exception:
        # Whatever goes wrong in the goodbye, the socket goes; what was asked is answered already.
        connection.terminate()


def words(error: Any) -> str:
    """What the database says, with the detail and hint it gave."""
    parts = [str(error.message or error), error.detail, error.hint]
    return f"PostgreSQL answered {error.sqlstate}: {'; '.join(str(part) for part in parts if part)}"


def _arguments(server: Server, address: Address) -> dict[str, Any]:
    # Everything is said, so that asyncpg asks neither the environment nor files of the machine it runs on.
    return {
        "host": address.ip,
        "port": address.port,
        "user": server.username,
        "password": server.password,
        "passfile": os.devnull,
        "database": server.database,
        "ssl": _tls(server),
        "target_session_attrs": "any",
        "statement_cache_size": 0,
        "server_settings": {"application_name": "sim"},
    }


def _tls(server: Server) -> Any:
    if server.sslmode == "disable":
        return False
    import ssl

    class ForHost(ssl.SSLContext):
        """Checks the certificate for the host's name, though the connection goes to a checked address."""

        def wrap_bio(self, *args: Any, **options: Any) -> ssl.SSLObject:
            return super().wrap_bio(*args, **{**options, "server_hostname": server.host})

    context = ForHost(ssl.PROTOCOL_TLS_CLIENT)
    if server.sslmode == "require":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif server.ca:
        context.load_verify_locations(cadata=server.ca)
    else:
        context.load_default_certs()
    return context


def _not_connected(server: Server, error: Exception) -> Exception:
    import ssl

    asyncpg: Any = import_module("asyncpg")
    place = f"{server.host}:{server.port}"
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError | asyncpg.InvalidCatalogNameError):
        return Denied(f"{place} did not let {server.username!r} in: {error}", code="bad_credential")
    if isinstance(error, asyncpg.PostgresError):
        return Refused(words(error))
    if isinstance(error, ssl.SSLError):
        why = getattr(error, "verify_message", "") or error.reason
        return Unreachable(f"{place} could not prove who it is: {why}", code="tls_failed")
    if "rejected SSL upgrade" in str(error):
        return Unreachable(f"{place} offers no TLS; in a network you trust, set sslmode to disable", code="tls_failed")
    return Unreachable(f"{place} is not reachable: {error}", code="connect_failed")
