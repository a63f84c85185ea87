/** Rows of named columns: how they are stored, and how a spreadsheet's cells come into them. */

export interface SheetRow {
  id: string;
  cells: Readonly<Record<string, unknown>>;
}

/** Rows as they are stored, or an object, or objects of a file: each with an id that stays while it stands. */
export function sheetRows(value: unknown, columns: readonly string[]): SheetRow[] {
  if (Array.isArray(value))
    return value.map((one, at) =>
      typeof one === "object" && one?.cells
        ? { id: one.id ?? `row-${at}`, cells: one.cells }
        : { id: `row-${at}`, cells: one ?? {} },
    );
  if (typeof value === "object" && value !== null)
    return Object.entries(value).map(([key, one]) => ({
      id: key,
      cells: { [columns[0] ?? "key"]: key, [columns[1] ?? "value"]: one },
    }));
  return [];
}

/** What a text is in a column of a type; a text that is none of it stays, to be told of. */
export function cellOf(text: string, type: string): unknown {
  const bare = text.trim();
  if (!bare || type === "string" || type === "date") return text;
  if (type === "number") return Number.isNaN(Number(bare)) ? text : Number(bare);
  if (type === "boolean") return /^(true|yes|1)$/i.test(bare) ? true : /^(false|no|0)$/i.test(bare) ? false : text;
  try {
    return JSON.parse(bare);
  } catch {
    return text;
  }
}

const NAMES: Record<string, string> = {
  number: "a number",
  boolean: "true or false",
  date: "a date, as 2026-01-31",
  json: "JSON",
};

/** What is wrong with a cell, in words. */
export function cellTrouble(value: unknown, type: string): string | undefined {
  if (typeof value !== "string" || !value || type === "string" || /<[^<>\n]+>|\{\{/.test(value)) return undefined;
  if (type === "date" ? /^\d{4}-\d{2}-\d{2}$/.test(value) : type === "json" && typeof cellOf(value, type) !== "string")
    return undefined;
  return `This is not ${NAMES[type] ?? type}.`;
}

/** The cells of what was copied from a spreadsheet: tabs between columns; quotes keep tabs and line ends inside. */
export function cellsIn(text: string): string[][] {
  const rows: string[][] = [];
  for (const row of linesIn(text.replace(/\r\n?/g, "\n").replace(/\n$/, "")))
    rows.push(row.map((cell) => (/^"[\s\S]*"$/.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell)));
  return rows;
}

function linesIn(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  for (const letter of text) {
    if (letter === '"' && (quoted || !cell)) {
      quoted = !quoted;
      cell += letter;
    } else if (letter === '"' && cell.endsWith('"')) {
      quoted = true; // a doubled quote within quotes
      cell += letter;
    } else if (!quoted && (letter === "\t" || letter === "\n")) {
      rows.at(-1)?.push(cell);
      cell = "";
      if (letter === "\n") rows.push([]);
    } else cell += letter;
  }
  rows.at(-1)?.push(cell);
  return rows;
}

/** Cells laid over rows from a place on; what reaches below the last row makes rows, what is too wide is left out. */
export function pasted(
  rows: readonly SheetRow[],
  cells: readonly string[][],
  at: { row: number; column: number },
  columns: readonly string[],
  types: readonly string[],
  newId: () => string,
): SheetRow[] {
  const isHead = cells[0]?.every(
    (one, index) => one.trim().toLowerCase() === columns[at.column + index]?.toLowerCase(),
  );
  const next = [...rows];
  for (const [down, line] of (isHead ? cells.slice(1) : cells).entries()) {
    const row = next[at.row + down] ?? { id: newId(), cells: {} };
    const changed: Record<string, unknown> = { ...row.cells };
    for (const [across, text] of line.entries()) {
      const name = columns[at.column + across];
      if (name !== undefined) changed[name] = cellOf(text, types[at.column + across] ?? "string");
    }
    next[at.row + down] = { id: row.id, cells: changed };
  }
  return next;
}
