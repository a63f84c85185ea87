"""Tables: which there are, and what they are made of."""

from typing import Annotated, Any

from sim_core.plugin import Context, Doc, Input, Options, Output
from sim_tool_postgresql.service import connected, postgresql

COLUMNS = """
SELECT c.relname AS "table", c.relkind AS kind, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       NOT a.attnotnull AS nullable, pg_get_expr(d.adbin, d.adrelid) AS "default",
       col_description(c.oid, a.attnum) AS doc
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY c.relname, a.attnum
"""
KEYS = """
SELECT c.relname AS "table", k.conname AS name, k.contype AS kind,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, o)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.o) AS columns,
       k.confrelid::regclass::text AS target,
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(n, o)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.o) AS target_columns
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND k.contype IN ('p', 'f', 'u')
ORDER BY c.relname, k.conname
"""
INDEXES = """
SELECT tablename::text AS "table", indexname::text AS name, indexdef AS definition
FROM pg_indexes WHERE schemaname = $1 ORDER BY tablename, indexname
"""
SCHEMAS = """
SELECT nspname::text AS name FROM pg_namespace
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY nspname
"""
KINDS = {"r": "table", "p": "table", "v": "view", "m": "materialized view", "f": "foreign table"}


NAMES = """
SELECT n.nspname::text AS schema, c.relname::text AS name, c.relkind AS kind
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND has_schema_privilege(n.oid, 'USAGE')
  AND ($1 = '' OR n.nspname = $1)
ORDER BY n.nspname <> 'public', n.nspname, c.relname LIMIT 5000
"""


class Column(Output):
    """A column."""

    name: str
    type: str
    nullable: bool
    default: str | None = None
    doc: str | None = None


class ForeignKey(Output):
    """Columns that point to another table."""

    columns: list[str]
    target: str
    target_columns: list[str]


class Index(Output):
    """An index."""

    name: str
    definition: str


class Table(Output):
    """A table or view."""

    name: str
    kind: str
    columns: list[Column]
    primary_key: list[str] = []
    unique: list[list[str]] = []
    foreign_keys: list[ForeignKey] = []
    indexes: list[Index] = []


class Schema(Output):
    """The tables of a schema, and the other schemas of the database."""

    schema: str
    tables: list[Table]
    schemas: list[str]


class TableEntry(Output):
    """A table or view in a list."""

    name: Annotated[str, Doc("Its name, with its schema where that is not `public`.")]
    schema: str
    kind: str


class TableList(Output):
    """The tables of a database, and its schemas."""

    tables: list[TableEntry]
    schemas: list[str]


class ListTables(Input):
    """Which tables to list."""

    schema: Annotated[str, Doc("Only those of this schema; empty is all of them.")] = ""


@postgresql.tool
async def list_tables(call: ListTables, context: Context) -> TableList:
    """List the tables and views of a database, without what they are made of."""
    async with connected(context, 30.0) as connection, connection.transaction(readonly=True):
        found = await connection.fetch(NAMES, call.schema)
        schemas = await connection.fetch(SCHEMAS)
    tables = [
        TableEntry(
            name=row["name"] if row["schema"] == "public" else f"{row['schema']}.{row['name']}",
            schema=row["schema"],
            kind=KINDS[_letter(row["kind"])],
        )
        for row in found
    ]
    return TableList(tables=tables, schemas=[row["name"] for row in schemas])


class Introspect(Input):
    """Which schema to describe."""

    schema: Annotated[str, Doc("Name of the schema."), Options("list_tables", value="", label="", items="schemas")] = (
        "public"
    )


@postgresql.tool
async def introspect(call: Introspect, context: Context) -> Schema:
    """Describe the tables of a schema: columns, keys and indexes."""
    async with connected(context, 30.0) as connection, connection.transaction(readonly=True):
        columns = await connection.fetch(COLUMNS, call.schema)
        keys = await connection.fetch(KEYS, call.schema)
        indexes = await connection.fetch(INDEXES, call.schema)
        schemas = await connection.fetch(SCHEMAS)
    kinds = {str(row["table"]): KINDS[_letter(row["kind"])] for row in columns}
    tables = [_table(name, kind, columns, keys, indexes) for name, kind in kinds.items()]
    return Schema(schema=call.schema, tables=tables, schemas=[row["name"] for row in schemas])


def _table(name: str, kind: str, columns: list[Any], keys: list[Any], indexes: list[Any]) -> Table:
    own = [key for key in keys if key["table"] == name]
    primary = [list[str](key["columns"]) for key in own if _letter(key["kind"]) == "p"]
    return Table(
        name=name,
        kind=kind,
        columns=[
            Column(name=c["name"], type=c["type"], nullable=c["nullable"], default=c["default"], doc=c["doc"])
            for c in columns
            if c["table"] == name
        ],
        primary_key=primary[0] if primary else [],
        unique=[key["columns"] for key in own if _letter(key["kind"]) == "u"],
        foreign_keys=[
            ForeignKey(columns=key["columns"], target=key["target"], target_columns=key["target_columns"])
            for key in own
            if _letter(key["kind"]) == "f"
        ],
        indexes=[Index(name=i["name"], definition=i["definition"]) for i in indexes if i["table"] == name],
    )


def _letter(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
