/** Markdown as notes and chats write it, read into its parts; what is no part of it stays a line of words. */

export type Align = "left" | "center" | "right" | undefined;

export interface Item {
  depth: number;
  /** Whether it is done, for one of a list of tasks. */
  done?: boolean;
  /** Its number, in a list that counts. */
  number?: string;
  text: string;
}

export type Part =
  | { kind: "heading" | "line" | "quote" | "code"; text: string }
  | { kind: "rule" }
  | { kind: "list"; items: Item[] }
  | { kind: "table"; head: string[]; align: Align[]; rows: string[][] };

const ITEM = /^(\s*)(?:[-*+]|(\d{1,9})[.)]) (?:\[([ xX])\] )?(.*)$/;
const STEP = 2;

export function parts(text: string): Part[] {
  const lines = text.split("\n");
  const found: Part[] = [];
  for (let at = 0; at < lines.length; ) {
    const [part, next] = partAt(lines, at);
    if (part) found.push(part);
    at = next;
  }
  return found;
}

/** The part that begins at a line, and the line after it. */
function partAt(lines: readonly string[], at: number): [Part | undefined, number] {
  const line = lines[at] ?? "";
  if (line.startsWith("```")) return codeAt(lines, at);
  if (cellsOf(line).length > 1 && isRuler(lines[at + 1] ?? "")) return tableAt(lines, at);
  if (/^(?:-{3,}|\*{3,}|_{3,})\s*$/.test(line)) return [{ kind: "rule" }, at + 1];
  if (ITEM.test(line)) return listAt(lines, at);
  const heading = /^#{1,6} (.*)$/.exec(line);
  if (heading) return [{ kind: "heading", text: heading[1] ?? "" }, at + 1];
  const quote = /^> ?(.*)$/.exec(line);
  if (quote) return [{ kind: "quote", text: quote[1] ?? "" }, at + 1];
  return [line.trim() ? { kind: "line", text: line } : undefined, at + 1];
}

function codeAt(lines: readonly string[], at: number): [Part, number] {
  const end = lines.findIndex((line, later) => later > at && line.startsWith("```"));
  const last = end < 0 ? lines.length : end;
  return [{ kind: "code", text: lines.slice(at + 1, last).join("\n") }, last + 1];
}

function listAt(lines: readonly string[], from: number): [Part, number] {
  const items: Item[] = [];
  let at = from;
  for (let found = ITEM.exec(lines[at] ?? ""); found; found = ITEM.exec(lines[++at] ?? "")) {
    const [, indent = "", number, task, text = ""] = found;
    items.push({
      depth: Math.floor(indent.length / STEP),
      text,
      ...(number ? { number } : {}),
      ...(task ? { done: task !== " " } : {}),
    });
  }
  return [{ kind: "list", items }, at];
}

function tableAt(lines: readonly string[], at: number): [Part, number] {
  const head = cellsOf(lines[at] ?? "");
  const align = cellsOf(lines[at + 1] ?? "").map(alignOf);
  const rows: string[][] = [];
  let next = at + 2;
  for (; (lines[next] ?? "").includes("|"); next++) {
    const cells = cellsOf(lines[next] ?? "");
    rows.push(head.map((_, column) => cells[column] ?? ""));
  }
  return [{ kind: "table", head, align, rows }, next];
}

const isRuler = (line: string) => line.includes("-") && cellsOf(line).every((cell) => /^:?-+:?$/.test(cell));

const alignOf = (cell: string): Align =>
  cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "right") : cell.startsWith(":") ? "left" : undefined;

const cellsOf = (line: string) =>
  line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
