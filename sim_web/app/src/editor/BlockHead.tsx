import { useState } from "react";
import type { BlockFacts } from "../api/schema";
import { heldBy, nameTrouble, renameBlock } from "../model/renaming";
import type { Block } from "../realtime/document";
import { visible } from "../realtime/letters";
import { TypeIcon } from "../ui/TypeIcon";
import { useEditor, useEditorStore } from "./store";

/** A block's name, to be changed in place, and what its type is for. */
export function BlockHead({ block, type, held }: { block: Block; type?: BlockFacts; held: Block | null }) {
  const store = useEditorStore();
  const editable = useEditor((state) => state.status.editable);
  const [error, setError] = useState("");
  const rename = (name: string) => {
    const wanted = visible(name);
    if (wanted === block.name) return setError("");
    const { doc, types, change } = store.getState();
    const { operations, locked } = renameBlock(doc, block.id, wanted, types);
    const trouble = nameTrouble(doc, block.id, wanted) ?? heldBy(locked);
    setError(trouble ?? "");
    if (!trouble) change(operations, { label: "Rename" });
  };
  return (
    <div className="grid gap-2">
      <div className="flex items-center gap-2.5">
        <TypeIcon title={type?.title ?? block.type} color={type?.color} icon={type?.icon} size={28} />
        <input
          key={block.name}
          id="block-name"
          aria-label="Name of the block"
          aria-invalid={Boolean(error)}
          className="control -ml-1 flex-1 border-transparent px-1.5 text-lg font-semibold"
          defaultValue={block.name}
          disabled={!editable || Boolean(held)}
          onBlur={(event) => rename(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") event.currentTarget.value = block.name;
            if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
          }}
        />
      </div>
      {error ? (
        <p role="alert" className="text-sm text-bad">
          {error}
        </p>
      ) : null}
      {type?.doc ? <p className="text-sm text-soft">{type.doc}</p> : null}
    </div>
  );
}
