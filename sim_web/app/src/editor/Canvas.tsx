import { Controls, type Edge, ReactFlow, SelectionMode } from "@xyflow/react";
import { type ReactNode, useCallback } from "react";
import { Cursors } from "../together/Cursors";
import { useCommenting } from "../together/comments/useCommenting";
import { Following } from "../together/Following";
import { useView } from "../together/useView";
import { cx } from "../ui/cx";
import { type MenuEntries, RightClick } from "../ui/Menu";
import { isDark } from "../ui/theme";
import { BlockNode } from "./BlockNode";
import { ContainerNode } from "./ContainerNode";
import { useAppear } from "./canvas/appear";
import { useCamera } from "./canvas/camera";
import { Dots } from "./canvas/Dots";
import { FarWires } from "./canvas/FarWires";
import { FIT } from "./canvas/opening";
import { Wire } from "./canvas/Wire";
import { menuOf, ON_BLOCKS, ON_CANVAS, ON_EDGES } from "./menus";
import { NoteNode } from "./NoteNode";
import { Overview } from "./Overview";
import { useEditor, useEditorStore } from "./store";
import { useReady } from "./useActs";
import { useCanvas } from "./useCanvas";
import { useFlowEdges } from "./useFlowEdges";

// made once: a new object would have every block and every edge rendered anew
const GRID: [number, number] = [4, 4];
const PRO = { hideAttribution: true };
const EDGE = { type: "smoothstep" };
const WITH = ["Meta", "Control"];
const WIRES = { smoothstep: Wire };
const START = { x: 0, y: 0, zoom: 1 };
const NONE: Edge[] = [];
const NODES = { block: BlockNode, container: ContainerNode, note: NoteNode };
/** From afar blocks are shown without their words: nobody could read them, and they cost the most to draw. */
const FAR = 0.25;
const CROWD = { blocks: 120, zoom: 0.4 };

const useFar = () => {
  const crowd = useEditor((state) => Object.keys(state.doc.blocks).length > CROWD.blocks);
  return useCamera((at) => at[2] < (crowd ? CROWD.zoom : FAR));
};

export function Canvas({ children }: { children?: ReactNode }) {
  const far = useFar();
  const appeared = useAppear();
  const canvas = useCanvas();
  const view = useView(canvas.onMoveStart);
  const commenting = useCommenting();
  const edges = useFlowEdges();
  const editable = useEditor((state) => state.status.editable);
  const entries = useMenu();
  return (
    <RightClick entries={entries}>
      <div className="canvas-room relative h-full">
        <ReactFlow
          {...canvas}
          {...view}
          {...commenting.hands}
          className={cx(!appeared && "appearing", far && "far", commenting.placing && "placing")}
          viewport={START}
          edges={far ? NONE : edges}
          nodeTypes={NODES}
          edgeTypes={WIRES}
          colorMode={isDark() ? "dark" : "light"}
          nodesDraggable={editable}
          nodesConnectable={editable}
          selectionMode={SelectionMode.Partial}
          selectionKeyCode="Shift"
          multiSelectionKeyCode={WITH}
          deleteKeyCode={null}
          panOnScroll
          zoomOnDoubleClick={false}
          minZoom={0.1}
          maxZoom={1.6}
          snapToGrid
          snapGrid={GRID}
          fitViewOptions={FIT}
          onlyRenderVisibleElements
          autoPanOnNodeDrag={false}
          proOptions={PRO}
          defaultEdgeOptions={EDGE}
        >
          <Dots />
          {far ? <FarWires edges={edges} /> : null}
          <Overview />
          <Controls position="bottom-left" showInteractive={false} />
          <Cursors />
          {children}
        </ReactFlow>
        <Following />
      </div>
    </RightClick>
  );
}

/** The context menu: the commands that fit what is chosen; asked for as it opens. */
function useMenu(): () => MenuEntries {
  const store = useEditorStore();
  const commands = useReady();
  return useCallback(() => {
    const { selected, edges } = store.getState();
    return menuOf(selected.length ? ON_BLOCKS : edges.length ? ON_EDGES : ON_CANVAS, commands());
  }, [store, commands]);
}
