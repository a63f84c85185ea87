import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useState } from "react";
import type { PastDocument } from "../../api/schema";
import { Canvas } from "../../editor/Canvas";
import { createEditor, EditorContext, useEditor } from "../../editor/store";
import { fullDocument, type NewDocument } from "../../realtime/document";
import { pastClient } from "./pastClient";

/** The canvas of the past, with what was touched last marked on it. */
export function Past({ past, blocks }: { past: PastDocument; blocks: readonly string[] }) {
  const types = useEditor((state) => state.types);
  const [store] = useState(() => createEditor(pastClient(fullDocument(past.workflow as NewDocument))));
  useEffect(() => {
    const doc = fullDocument(past.workflow as NewDocument);
    store.setState({ doc, seq: past.seq, types, selected: blocks.filter((id) => id in doc.blocks) });
  }, [store, past, types, blocks]);
  return (
    <EditorContext value={store}>
      <ReactFlowProvider>
        <Canvas />
      </ReactFlowProvider>
    </EditorContext>
  );
}
