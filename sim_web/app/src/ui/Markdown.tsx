import type { ReactNode } from "react";

const INLINE = /(\*\*[^*]+\*\*|\*[^*]+\*|`[^`]+`|\[[^\]]+\]\(https?:\/\/[^)\s]+\))/g;

function inline(text: string): ReactNode[] {
  return text.split(INLINE).map((part, at) => {
    const key = `${at}${part}`;
    if (part.startsWith("**")) return <strong key={key}>{part.slice(2, -2)}</strong>;
    if (part.startsWith("*") && part.length > 2) return <em key={key}>{part.slice(1, -1)}</em>;
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

const FENCE = /^```[\w-]*\n([\s\S]*?)(?:\n```|$(?![\s\S]))/m;

/** The little Markdown that notes and chats need: headings, lists, emphasis, code and links; never HTML. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="grid grid-cols-1 gap-1 break-words">
      {text.split(FENCE).map((part, at) => {
        const key = `${at}${part}`;
        if (at % 2 === 0) return <Lines key={key} text={part.replace(/^\n+|\n+$/g, "")} />;
        return (
          <pre key={key} className="overflow-auto rounded-md bg-hover p-2 font-mono text-sm">
            {part}
          </pre>
        );
      })}
    </div>
  );
}

function Lines({ text }: { text: string }) {
  return (
    <>
      {text.split("\n").map((line, at) => {
        const key = `${at}${line}`;
        const heading = /^(#{1,3}) (.*)$/.exec(line);
        if (heading)
          return (
            <p key={key} className="text-lg font-semibold">
              {inline(heading[2] ?? "")}
            </p>
          );
        const item = /^\s*[-*] (.*)$/.exec(line);
        if (item)
          return (
            <p key={key} className="pl-4 -indent-3">
              • {inline(item[1] ?? "")}
            </p>
          );
        return line ? <p key={key}>{inline(line)}</p> : null;
      })}
    </>
  );
}
