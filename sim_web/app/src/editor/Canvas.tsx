import { Background, BackgroundVariant, Controls, MiniMap, ReactFlow, SelectionMode } from "@xyflow/react";
import { type ReactNode, useMemo } from "react";
import { EDITOR } from "../commands/editor";
import { Cursors } from "../together/Cursors";
import { useCommenting } from "../together/comments/useCommenting";
import { Following } from "../together/Following";
import { useView } from "../together/useView";
import { type MenuEntries, RightClick } from "../ui/Menu";
import { isDark } from "../ui/theme";
import { BlockNode } from "./BlockNode";
import { ContainerNode } from "./ContainerNode";
import { NoteNode } from "./NoteNode";
import { useEditor, useEditorStore } from "./store";
import { stateOf, useActs } from "./useActs";
import { useCanvas } from "./useCanvas";
import { useFlowEdges } from "./useFlowEdges";

const NODES = { block: BlockNode, container: ContainerNode, note: NoteNode };
const IN_MENU = [
  "run.from",
  "run.until",
  "pin",
  "unpin",
  "copy",
  "cut",
  "duplicate",
  "enabled",
  "locked",
  "comment",
  "error_port",
  "lift",
  "delete",
];
const ON_CANVAS = ["undo", "redo", "add", "comment", "all", "layout", "fit", "search", "variables"];

export function Canvas({ children }: { children?: ReactNode }) {
  const canvas = useCanvas();
  const view = useView();
  const commenting = useCommenting();
  const edges = useFlowEdges();
  const editable = useEditor((state) => state.status.editable);
  const entries = useMenu();
  return (
    <RightClick entries={entries}>
      <div className="relative h-full">
        <ReactFlow
          {...canvas}
          {...view}
          {...commenting}
          edges={edges}
          nodeTypes={NODES}
          colorMode={isDark() ? "dark" : "light"}
          nodesDraggable={editable}
          nodesConnectable={editable}
          selectionMode={SelectionMode.Partial}
          selectionKeyCode="Shift"
          multiSelectionKeyCode={["Meta", "Control"]}
          deleteKeyCode={null}
          panOnScroll
          zoomOnDoubleClick={false}
          minZoom={0.1}
          maxZoom={1.6}
          snapToGrid
          snapGrid={[4, 4]}
          fitView
          fitViewOptions={{ padding: 0.08, maxZoom: 1 }}
          onlyRenderVisibleElements
          proOptions={{ hideAttribution: true }}
          defaultEdgeOptions={{ type: "smoothstep" }}
        >
          <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
          <MiniMap
            pannable
            zoomable
            position="bottom-left"
            style={{ width: 160, height: 100, marginLeft: 52 }}
            nodeColor={(node) => (node.data.color as string) || "#888"}
            nodeStrokeWidth={0}
            ariaLabel="Map of the workflow"
          />
          <Controls position="bottom-left" showInteractive={false} />
          <Cursors />
          {children}
        </ReactFlow>
        <Following />
      </div>
    </RightClick>
  );
}

/** The context menu: the commands that fit what is chosen. */
function useMenu(): MenuEntries {
  const store = useEditorStore();
  const perform = useActs();
  const selected = useEditor((state) => state.selected);
  const edges = useEditor((state) => state.edges);
  return useMemo(() => {
    const names = selected.length || edges.length ? IN_MENU : ON_CANVAS;
    const state = stateOf(store.getState());
    return EDITOR.filter((one) => names.includes(one.name) && (one.when?.(state) ?? true)).map((one) => ({
      label: one.label,
      icon: one.icon,
      key: one.key,
      danger: one.danger,
      perform: () => perform(one.perform(stateOf(store.getState()))),
    }));
  }, [store, perform, selected, edges]);
}
