import { Square, SquareCheck } from "lucide-react";
import type { ReactNode } from "react";
import { type Align, type Item, type Part, parts } from "../model/markdown";

const INLINE = /(\*\*[^*]+\*\*|\*[^*]+\*|~~[^~]+~~|`[^`]+`|\[[^\]]+\]\(https?:\/\/[^)\s]+\))/g;

function inline(text: string): ReactNode[] {
  return text.split(INLINE).map((part, at) => {
    const key = `${at}${part}`;
    if (part.startsWith("**")) return <strong key={key}>{part.slice(2, -2)}</strong>;
    if (part.startsWith("*") && part.length > 2) return <em key={key}>{part.slice(1, -1)}</em>;
    if (part.startsWith("~~") && part.length > 4) return <s key={key}>{part.slice(2, -2)}</s>;
    if (part.startsWith("`") && part.length > 2)
      return (
        <code key={key} className="rounded-sm bg-hover px-1 font-mono text-sm">
          {part.slice(1, -1)}
        </code>
      );
    const link = /^\[([^\]]+)\]\((https?:[^)]+)\)$/.exec(part);
    return link ? (
      <a key={key} className="text-accent underline" href={link[2]} target="_blank" rel="noreferrer">
        {link[1]}
      </a>
    ) : (
      part
    );
  });
}

/** The Markdown that notes and chats need: headings, lists, tasks, tables, quotes, emphasis, code, links; never HTML. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="grid grid-cols-1 gap-1 break-words">
      {parts(text).map((part, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts have nothing else to be told apart by
        <Shown key={at} part={part} />
      ))}
    </div>
  );
}

function Shown({ part }: { part: Part }) {
  switch (part.kind) {
    case "heading":
      return <p className="text-lg font-semibold">{inline(part.text)}</p>;
    case "quote":
      return <blockquote className="border-l-2 border-strong pl-2 text-soft">{inline(part.text)}</blockquote>;
    case "code":
      return <pre className="overflow-auto rounded-md bg-hover p-2 font-mono text-sm">{part.text}</pre>;
    case "rule":
      return <hr className="my-1 border-line" />;
    case "list":
      return <Items items={part.items} />;
    case "table":
      return <Table {...part} />;
    default:
      return <p>{inline(part.text)}</p>;
  }
}

const Items = ({ items }: { items: readonly Item[] }) => (
  <ul className="grid gap-0.5">
    {items.map(({ depth, number, done, text }, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: items have nothing else to be told apart by
      <li key={at} className="flex gap-1.5" style={{ paddingLeft: depth * 16 }}>
        {done === undefined ? (
          <span className="shrink-0 text-soft">{number ? `${number}.` : "•"}</span>
        ) : (
          <span role="img" aria-label={done ? "Done" : "To do"} className="shrink-0 pt-0.5 text-soft">
            {done ? <SquareCheck size={14} aria-hidden /> : <Square size={14} aria-hidden />}
          </span>
        )}
        <span className="min-w-0 flex-1">{inline(text)}</span>
      </li>
    ))}
  </ul>
);

const Table = ({ head, align, rows }: Extract<Part, { kind: "table" }>) => (
  <div className="overflow-x-auto">
    <table className="w-full border-collapse text-sm">
      <thead>
        <Row cells={head} align={align} cell="th" />
      </thead>
      <tbody>
        {rows.map((cells, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have nothing else to be told apart by
          <Row key={at} cells={cells} align={align} cell="td" />
        ))}
      </tbody>
    </table>
  </div>
);

interface RowProps {
  cells: readonly string[];
  align: readonly Align[];
  cell: "th" | "td";
}

const Row = ({ cells, align, cell: Cell }: RowProps) => (
  <tr>
    {cells.map((text, at) => (
      <Cell
        // biome-ignore lint/suspicious/noArrayIndexKey: columns have nothing else to be told apart by
        key={at}
        className="border border-strong/40 px-1.5 py-0.5 text-left align-top"
        style={{ textAlign: align[at] }}
      >
        {inline(text)}
      </Cell>
    ))}
  </tr>
);
