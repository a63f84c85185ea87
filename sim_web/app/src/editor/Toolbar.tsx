import { useState } from "react";
import { useBlockTypes } from "../api/queries";
import type { BlockFacts } from "../api/schema";
import { adding } from "../model/adding";
import { TypeIcon } from "../ui/TypeIcon";
import { type Editor, useEditor, useEditorStore } from "./store";
import { DRAGGED } from "./useCanvas";
import { useReveal } from "./useReveal";

interface Entry {
  key: string;
  type: BlockFacts;
  title: string;
  about: string;
  values?: Record<string, unknown>;
  words: string;
}

const GROUPS = [
  { title: "Triggers", has: (one: BlockFacts) => one.category === "trigger" },
  {
    title: "Blocks",
    has: (one: BlockFacts) =>
      !one.category || one.category === "block" || one.category === "container" || one.category === "note",
  },
  { title: "Integrations", has: (one: BlockFacts) => one.category === "integration" },
];
const MOST = 40;

const entryOf = (type: BlockFacts): Entry => ({
  key: type.type,
  type,
  title: type.title,
  about: type.doc,
  words: `${type.title} ${type.type} ${type.doc}`.toLowerCase(),
});

/** An integration's operations, each to be found by its own name. */
const operationsOf = (type: BlockFacts): Entry[] =>
  (type.form?.find((field) => field.name === "operation")?.options ?? []).map((one) => ({
    key: `${type.type}.${one.value}`,
    type,
    title: `${type.title}: ${one.label}`,
    about: "",
    values: { operation: one.value },
    words: `${type.title} ${one.label}`.toLowerCase(),
  }));

export function Toolbar() {
  const store = useEditorStore();
  const reveal = useReveal();
  const types = useBlockTypes();
  const dangling = useEditor((state) => state.dangling);
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const listed = types.filter((one) => !one.id.endsWith("_legacy"));
  const fits = (one: Entry) => wanted.split(/\s+/).every((word) => one.words.includes(word));
  const add = (entry: Entry) => {
    const editor = store.getState();
    const after = editor.dangling ?? (editor.selected.length === 1 ? { id: editor.selected[0] ?? "" } : undefined);
    const loose = editor.dangling?.at;
    const at = loose && { x: loose.x, y: loose.y - 22 };
    const parent = editor.dangling?.port ? parentOf(editor, editor.dangling.id, editor.dangling.port) : undefined;
    const made = adding(
      editor.doc,
      { type: entry.type, values: entry.values, after, at: parent ? undefined : at, parent },
      editor.types,
    );
    editor.change(made.operations);
    editor.set({ dangling: undefined });
    editor.select([made.id]);
    reveal(made.id);
    setSearch("");
  };
  const groups = GROUPS.map((group) => ({ ...group, entries: listed.filter(group.has).map(entryOf).filter(fits) }));
  const operations = wanted
    ? listed
        .filter(GROUPS[2]?.has ?? (() => false))
        .flatMap(operationsOf)
        .filter(fits)
        .slice(0, MOST)
    : [];
  const all = [...groups, { title: "Operations", entries: operations }].filter((group) => group.entries.length);
  const first = all[0]?.entries[0];
  return (
    <div className="grid grid-cols-1 gap-3 p-3">
      <input
        id="find-block"
        aria-label="Look for a block"
        className="control"
        placeholder="Search blocks and operations…"
        value={search}
        onChange={(event) => setSearch(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && first) add(first);
          if (event.key === "Escape") store.getState().set({ dangling: undefined });
        }}
      />
      {dangling ? (
        <p className="rounded-md bg-wash px-3 py-2 text-sm">
          {dangling.parts ? "Choose what comes after" : "Choose what follows"} “
          {store.getState().doc.blocks[dangling.id]?.name}”.
        </p>
      ) : null}
      {all.map((group) => (
        <section key={group.title}>
          <h2 className="px-1 pb-1 text-xs font-semibold text-soft">{group.title}</h2>
          <ul className="grid grid-cols-1">
            {group.entries.map((entry) => (
              <li key={entry.key}>
                <Row entry={entry} onAdd={() => add(entry)} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {all.length ? null : (
        <p className="p-4 text-center text-soft">
          Nothing is called that. Whoever runs this instance can install more.
        </p>
      )}
    </div>
  );
}

const parentOf = (editor: Editor, id: string, port: string) =>
  port.includes("-start-") ? id : (editor.doc.blocks[id]?.parent ?? null);

function Row({ entry, onAdd }: { entry: Entry; onAdd: () => void }) {
  const carry = (event: React.DragEvent) => {
    event.dataTransfer.setData(DRAGGED, JSON.stringify({ type: entry.type.type, values: entry.values }));
    event.dataTransfer.effectAllowed = "copy";
  };
  return (
    <button
      type="button"
      draggable
      onDragStart={carry}
      onClick={onAdd}
      title={entry.about || entry.title}
      className="flex w-full items-center gap-2.5 rounded-md px-2 py-1.5 text-left hover:bg-hover"
    >
      <TypeIcon title={entry.type.title} color={entry.type.color} icon={entry.type.icon} />
      <span className="min-w-0">
        <span className="block truncate font-medium">{entry.title}</span>
        {entry.about ? <span className="block truncate text-sm text-soft">{entry.about}</span> : null}
      </span>
    </button>
  );
}
