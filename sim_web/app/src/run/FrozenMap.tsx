import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { runDocument } from "../api/queries";
import type { Span } from "../api/schema";
import { Failed, Skeleton } from "../ui/States";
import { Drawing } from "./Drawing";
import { boxesOf, endsOf, linesOf } from "./map";

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
  const boxes = boxesOf(doc);
  if (!boxes.length) return <p className="text-soft">The workflow had no block.</p>;
  return (
    <Drawing
      label="The workflow that ran"
      boxes={boxes}
      lines={linesOf(doc, boxes)}
      marks={ends}
      otherwise="did not run"
      height={420}
      chosen={chosen}
      onChoose={onChoose}
    />
  );
}
