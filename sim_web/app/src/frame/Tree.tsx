import { type DragEvent, type KeyboardEvent, useState } from "react";
import { dropped, type Edge, nudged, shownOf, type Twig, twigOf, type Way } from "../model/tree";
import { cx } from "../ui/cx";
import { FolderRow } from "./FolderRow";
import { put, unfold, useShelf } from "./folders";
import { WorkflowRow } from "./WorkflowRow";

const KIND = "application/x-sim-place";
const WAYS: Record<string, Way> = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "in", ArrowLeft: "out" };

interface Props {
  twigs: Twig[];
  here: string;
  may: boolean;
}

/** Folders and workflows in their order; dragged, or moved with Alt and the arrows. */
export function Tree({ twigs, here, may }: Props) {
  const open = useShelf((state) => state.open);
  const said = useShelf((state) => state.said);
  const [dragged, setDragged] = useState("");
  const [over, setOver] = useState<{ id: string; edge: Edge }>();
  const drop = (target: string, edge: Edge) => {
    const one = twigOf(twigs, dragged);
    if (one) void put(one, target ? dropped(twigs, dragged, target, edge) : { folder_id: null, before: null });
    setDragged("");
    setOver(undefined);
  };
  const press = (event: KeyboardEvent, one: Twig) => {
    // what floats above the page is a child of its row for React, not for the eye
    if (!event.currentTarget.contains(event.target as Node)) return;
    const way = WAYS[event.key];
    if (way && event.altKey && may) {
      event.preventDefault();
      void put(one, nudged(twigs, one.id, way));
    } else if (way) walk(event, way, one);
  };
  return (
    <>
      <ul
        aria-label="Workflows and folders"
        className="flex flex-1 flex-col"
        onDragOver={(event) => dragged && event.preventDefault()}
        onDrop={() => drop("", "after")}
      >
        {shownOf(twigs, open).map((one) => (
          <li
            key={one.id}
            data-twig={one.id}
            draggable={may}
            style={{ paddingLeft: one.depth * 14 }}
            className={cx(
              "relative",
              dragged === one.id && "opacity-50",
              over?.id === one.id && over.edge === "inside" && "rounded-md bg-wash",
              over?.id === one.id && over.edge === "before" && "shadow-[0_-2px_0_var(--accent)]",
              over?.id === one.id && over.edge === "after" && "shadow-[0_2px_0_var(--accent)]",
            )}
            onKeyDown={(event) => press(event, one)}
            onDragStart={(event) => {
              event.dataTransfer.setData(KIND, one.id);
              event.dataTransfer.effectAllowed = "move";
              setDragged(one.id);
            }}
            onDragEnd={() => {
              setDragged("");
              setOver(undefined);
            }}
            onDragOver={(event) => {
              const edge = edgeOf(event, one, twigOf(twigs, dragged));
              if (!dragged || !dropped(twigs, dragged, one.id, edge)) return;
              event.preventDefault();
              event.stopPropagation();
              if (over?.id !== one.id || over.edge !== edge) setOver({ id: one.id, edge });
            }}
            onDragLeave={() => setOver(undefined)}
            onDrop={(event) => {
              event.preventDefault();
              event.stopPropagation();
              drop(one.id, edgeOf(event, one, twigOf(twigs, dragged)));
            }}
          >
            {one.kind === "folder" ? (
              <FolderRow one={one} open={open.has(one.id)} may={may} />
            ) : (
              <WorkflowRow id={one.id} name={one.name} here={one.id === here} may={may} />
            )}
          </li>
        ))}
      </ul>
      <p role="status" className="sr-only">
        {said}
      </p>
    </>
  );
}

/** Which part of a row the pointer is over: a folder takes in, in its middle or whole. */
function edgeOf(event: DragEvent, one: Twig, dragged: Twig | undefined): Edge {
  const box = event.currentTarget.getBoundingClientRect();
  const part = (event.clientY - box.top) / box.height;
  if (one.kind === "folder" && (dragged?.kind === "workflow" || (part > 0.3 && part < 0.7))) return "inside";
  return part < 0.5 ? "before" : "after";
}

/** The arrows go from row to row, and open and shut folders. */
function walk(event: KeyboardEvent, way: Way, one: Twig) {
  if (one.kind === "folder" && (way === "in" || way === "out")) unfold(one.id, way === "in");
  const row = event.currentTarget;
  const next = way === "down" ? row.nextElementSibling : way === "up" ? row.previousElementSibling : null;
  const target = next?.querySelector<HTMLElement>("a, button");
  if (!target) return;
  event.preventDefault();
  target.focus();
}
