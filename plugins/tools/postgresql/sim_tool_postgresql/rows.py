"""Rows: asked for, put in, changed and removed. Values are always bound, names always quoted."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from sim_core.plugin import Advanced, Code, Context, Doc, Input, Invalid, Options, Output, Widget
from sim_tool_postgresql.service import Timeout, connected, postgresql
from sim_tool_postgresql.values import bound, plain

Sql = Annotated[str, Doc("SQL; write `$1`, `$2` where the parameters go.", min_length=1), Code("sql")]
Parameters = Annotated[list[Any], Doc("Values of `$1`, `$2` and so on.", examples=[["open", 10]]), Widget("json")]
TableName = Annotated[
    str,
    Doc("Table, with its schema where it is not `public`.", examples=["sales.orders"]),
    Options("list_tables", value="name", detail="kind", items="tables"),
]
Where = Annotated[
    dict[str, Any],
    Doc("Rows whose columns have these values; a list is any of them, null is empty.", examples=[{"id": 7}]),
    Widget("json"),
]
Returning = Annotated[tuple[str, ...], Doc("Columns to give back; `*` is all of them."), Advanced()]


class Rows(Output):
    """Rows, and whether there were more."""

    rows: list[dict[str, Any]]
    row_count: int
    columns: list[str] = []
    truncated: bool = False


class Changed(Output):
    """How many rows a statement touched, and those it gives back."""

    row_count: int
    rows: list[dict[str, Any]] = []
    status: str = ""


class Query(Input):
    """A question to the database."""

    query: Sql
    parameters: Parameters = []
    limit: Annotated[int, Doc("How many rows at most.", ge=1, le=100_000)] = 1000
    timeout_s: Timeout = 30.0


@postgresql.tool
async def query(call: Query, context: Context) -> Rows:
    """Ask for rows; the database refuses any change."""
    async with connected(context, call.timeout_s) as connection, connection.transaction(readonly=True):
        statement = await connection.prepare(call.query)
        given = _bound(statement, call.parameters)
        names, types = _columns(statement)
        if not names:
            await statement.fetch(*given)
            return Rows(rows=[], row_count=0)
        cursor = await statement.cursor(*given)
        records = await cursor.fetch(call.limit + 1)
    rows = _plain(records[: call.limit], names, types)
    return Rows(rows=rows, row_count=len(rows), columns=names, truncated=len(records) > call.limit)


class Execute(Input):
    """What the database is to do."""

    query: Sql
    parameters: Parameters = []
    timeout_s: Timeout = 30.0


@postgresql.tool
async def execute(call: Execute, context: Context) -> Changed:
    """Run any SQL: one statement with parameters, or several without."""
    async with connected(context, call.timeout_s) as connection:
        if not call.parameters and _several(call.query):
            status = await connection.execute(call.query)
            return Changed(row_count=_touched(status), status=status)
        return await _run(connection, call.query, call.parameters)


class Insert(Input):
    """Rows, and where they go."""

    table: TableName
    rows: Annotated[list[dict[str, Any]], Doc("Rows, each by column.", min_length=1), Widget("json")]
    conflict: Annotated[tuple[str, ...], Doc("Columns by which a row is known to be there already."), Advanced()] = ()
    on_conflict: Annotated[
        Literal["fail", "skip", "update"], Doc("What to do with a row that is there already."), Advanced()
    ] = "fail"
    returning: Returning = ()
    timeout_s: Timeout = 30.0


@postgresql.tool
async def insert(call: Insert, context: Context) -> Changed:
    """Put rows into a table, all or none; a row that is there already can be skipped or updated."""
    columns = list(dict.fromkeys(name for row in call.rows for name in row))
    if not columns:
        raise Invalid("the rows have no columns", code="invalid_input")
    if call.on_conflict == "update" and not call.conflict:
        raise Invalid("to update, say by which columns a row is known", code="invalid_input")
    async with connected(context, call.timeout_s) as connection, connection.transaction():
        changed = [await _run(connection, *_insertion(call, row)) for row in call.rows]
    return Changed(row_count=sum(one.row_count for one in changed), rows=[row for one in changed for row in one.rows])


class Update(Input):
    """New values, and for which rows."""

    table: TableName
    values: Annotated[dict[str, Any], Doc("New values, by column.", min_length=1), Widget("json")]
    where: Annotated[Where, Doc("Rows whose columns have these values.", min_length=1)]
    returning: Returning = ()
    timeout_s: Timeout = 30.0


@postgresql.tool
async def update(call: Update, context: Context) -> Changed:
    """Change the rows whose columns have given values."""
    sets = ", ".join(f"{quoted(name)} = ${turn}" for turn, name in enumerate(call.values, 1))
    condition, given = _condition(call.where, len(call.values))
    sql = f"UPDATE {named(call.table)} SET {sets} WHERE {condition}{_returned(call.returning)}"
    async with connected(context, call.timeout_s) as connection:
        return await _run(connection, sql, [*call.values.values(), *given])


class Delete(Input):
    """Which rows go."""

    table: TableName
    where: Annotated[Where, Doc("Rows whose columns have these values.", min_length=1)]
    returning: Returning = ()
    timeout_s: Timeout = 30.0


@postgresql.tool
async def delete(call: Delete, context: Context) -> Changed:
    """Remove the rows whose columns have given values."""
    condition, given = _condition(call.where, 0)
    sql = f"DELETE FROM {named(call.table)} WHERE {condition}{_returned(call.returning)}"
    async with connected(context, call.timeout_s) as connection:
        return await _run(connection, sql, given)


def quoted(name: str) -> str:
    """A name as SQL takes it literally."""
    if not name or "\0" in name:
        raise Invalid(f"{name!r} is no name", code="invalid_input")
    return '"' + name.replace('"', '""') + '"'


def named(table: str) -> str:
    """A table's name, with its schema where it has one."""
    return ".".join(quoted(part) for part in table.split("."))


async def _run(connection: Any, sql: str, given: Sequence[Any]) -> Changed:
    statement = await connection.prepare(sql)
    names, types = _columns(statement)
    records = await statement.fetch(*_bound(statement, given))
    status = statement.get_statusmsg()
    rows = _plain(records, names, types)
    return Changed(row_count=len(rows) if status.startswith("SELECT") else _touched(status), rows=rows, status=status)


def _insertion(call: Insert, row: Mapping[str, Any]) -> tuple[str, list[Any]]:
    names = ", ".join(quoted(name) for name in row)
    slots = ", ".join(f"${turn}" for turn in range(1, len(row) + 1))
    values = f"({names}) VALUES ({slots})" if row else "DEFAULT VALUES"
    sql = f"INSERT INTO {named(call.table)} {values}{_conflict(call, row)}{_returned(call.returning)}"
    return sql, list(row.values())


def _conflict(call: Insert, row: Mapping[str, Any]) -> str:
    if call.on_conflict == "fail":
        return ""
    known = f" ({', '.join(quoted(name) for name in call.conflict)})" if call.conflict else ""
    sets = ", ".join(f"{quoted(n)} = EXCLUDED.{quoted(n)}" for n in row if n not in call.conflict)
    what = f"DO UPDATE SET {sets}" if call.on_conflict == "update" and sets else "DO NOTHING"
    return f" ON CONFLICT{known} {what}"


def _condition(where: Mapping[str, Any], taken: int) -> tuple[str, list[Any]]:
    parts: list[str] = []
    given: list[Any] = []
    for name, value in where.items():
        if value is None:
            parts.append(f"{quoted(name)} IS NULL")
            continue
        given.append(value)
        slot = f"${taken + len(given)}"
        parts.append(f"{quoted(name)} = ANY({slot})" if isinstance(value, list) else f"{quoted(name)} = {slot}")
    return " AND ".join(parts), given


def _returned(columns: Sequence[str]) -> str:
    return f" RETURNING {', '.join('*' if name == '*' else quoted(name) for name in columns)}" if columns else ""


def _bound(statement: Any, given: Sequence[Any]) -> list[Any]:
    types = [parameter.name for parameter in statement.get_parameters()]
    if len(types) != len(given):
        raise Invalid(f"the SQL has {len(types)} parameters, {len(given)} were given", code="invalid_input")
    pairs = zip(given, types, strict=True)
    return [bound(value, type_name, f"parameter ${turn}") for turn, (value, type_name) in enumerate(pairs, 1)]


def _columns(statement: Any) -> tuple[list[str], list[str]]:
    attributes = statement.get_attributes()
    return [attribute.name for attribute in attributes], [attribute.type.name for attribute in attributes]


def _plain(records: Sequence[Any], names: list[str], types: list[str]) -> list[dict[str, Any]]:
    return [
        {name: plain(value, kind) for name, value, kind in zip(names, tuple(record), types, strict=True)}
        for record in records
    ]


def _touched(status: str) -> int:
    last = status.rpartition(" ")[2]
    return int(last) if last.isdecimal() else 0


def _several(sql: str) -> bool:
    return ";" in sql.strip().rstrip(";")
