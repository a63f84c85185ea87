import { useEffect, useRef } from "react";
import { MapShape } from "./MapShape";
import { type Box, type Line, lineOf } from "./map";

const ROOM = 24;
/** A drawing is made no smaller than this: its names are to be read, and it scrolls. */
const SMALLEST = 0.36;
const TONES = { added: "var(--good)", removed: "var(--bad)" };

interface Props {
  label: string;
  boxes: readonly Box[];
  lines: readonly Line[];
  /** What is to be said of blocks, by their ids. */
  marks: ReadonlyMap<string, string>;
  /** What is said of all others. */
  otherwise: string;
  height: number;
  chosen?: string;
  onChoose: (block: string) => void;
}

/** A workflow as it was, small: blocks that something is to be said of stand out, and one may be chosen. */
export function Drawing({ label, boxes, lines, marks, otherwise, height: most, chosen, onChoose }: Props) {
  const room = useRef<HTMLElement>(null);
  const left = Math.min(...boxes.map((box) => box.x)) - ROOM;
  const top = Math.min(...boxes.map((box) => box.y)) - ROOM;
  const width = Math.max(...boxes.map((box) => box.x + box.width)) - left + ROOM;
  const height = Math.max(...boxes.map((box) => box.y + box.height)) - top + ROOM;
  const first = boxes.find((box) => marks.has(box.block.id));
  const at = first ? (first.x + first.width / 2 - left) / width : 0;
  useEffect(() => {
    const { current: view } = room;
    if (view) view.scrollLeft = at * view.scrollWidth - view.clientWidth / 2;
  }, [at]);
  return (
    <section ref={room} aria-label={label} className="overflow-auto">
      <svg
        viewBox={`${left} ${top} ${width} ${height}`}
        style={{ minWidth: width * SMALLEST, maxWidth: width, maxHeight: most }}
        className="mx-auto block w-full"
      >
        <title>{label}</title>
        {lines.map((line) => (
          <path
            key={line.id}
            d={lineOf(line.from, line.to)}
            fill="none"
            stroke={line.kind ? TONES[line.kind] : "var(--strong)"}
            strokeWidth={line.kind ? 4 : 2}
            strokeDasharray={line.kind === "removed" ? "8 6" : undefined}
          />
        ))}
        {boxes.map((box) => (
          <MapShape
            key={box.block.id}
            box={box}
            mark={marks.get(box.block.id)}
            otherwise={otherwise}
            chosen={chosen === box.block.id}
            onChoose={onChoose}
          />
        ))}
      </svg>
    </section>
  );
}
