import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { runDocument } from "../api/queries";
import type { Span } from "../api/schema";
import type { Document } from "../realtime/document";
import { Failed, Skeleton } from "../ui/States";
import { MapShape } from "./MapShape";
import { boxesOf, endsOf, lineOf } from "./map";

const ROOM = 24;
/** A drawing is made no smaller than this: its names are to be read, and it scrolls. */
const SMALLEST = 0.36;

interface Props {
  run: string;
  root?: Span;
  chosen?: string;
  onChoose: (block: string) => void;
}

/** The workflow as it was when it ran, small: blocks by how they ended; one may be chosen. */
export function FrozenMap({ run, root, chosen, onChoose }: Props) {
  const kept = useQuery(runDocument(run));
  const doc = kept.data;
  const ends = useMemo(() => endsOf(root), [root]);
  if (kept.error) return <Failed error={kept.error} />;
  if (!doc) return <Skeleton rows={3} />;
  return <Drawing doc={doc} ends={ends} chosen={chosen} onChoose={onChoose} />;
}

function Drawing({
  doc,
  ends,
  chosen,
  onChoose,
}: { doc: Document; ends: Map<string, string> } & Pick<Props, "chosen" | "onChoose">) {
  const boxes = boxesOf(doc);
  const byId = new Map(boxes.map((box) => [box.block.id, box]));
  const left = Math.min(...boxes.map((box) => box.x)) - ROOM;
  const top = Math.min(...boxes.map((box) => box.y)) - ROOM;
  const width = Math.max(...boxes.map((box) => box.x + box.width)) - left + ROOM;
  const height = Math.max(...boxes.map((box) => box.y + box.height)) - top + ROOM;
  if (!boxes.length) return <p className="text-soft">The workflow had no block.</p>;
  return (
    <section aria-label="The workflow that ran" className="overflow-auto">
      <svg
        viewBox={`${left} ${top} ${width} ${height}`}
        style={{ minWidth: width * SMALLEST, maxWidth: width, maxHeight: 420 }}
        className="mx-auto block w-full"
      >
        <title>The workflow that ran</title>
        {Object.values(doc.edges).map((edge) => {
          const from = byId.get(edge.source);
          const to = byId.get(edge.target);
          return from && to ? (
            <path key={edge.id} d={lineOf(from, to)} fill="none" stroke="var(--strong)" strokeWidth={2} />
          ) : null;
        })}
        {boxes.map((box) => (
          <MapShape
            key={box.block.id}
            box={box}
            end={ends.get(box.block.id)}
            chosen={chosen === box.block.id}
            onChoose={onChoose}
          />
        ))}
      </svg>
    </section>
  );
}
