/** The canvas' nodes and what a hand does to them; the document changes only when something is let go. */

import {
  applyNodeChanges,
  type Connection,
  type FinalConnectionState,
  type Node,
  type NodeChange,
  type OnMoveStart,
  type OnNodeDrag,
  useReactFlow,
  useStoreApi,
} from "@xyflow/react";
import { type DragEvent, type MouseEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { toast } from "sonner";
import { newId } from "../data/ids";
import { adding } from "../model/adding";
import { containerAt, dropped, sizeOf } from "../model/places";
import { refusal } from "../model/ports";
import { endDrag, showDrag, useOthersDrags } from "../together/drag";
import { useAfloat } from "./canvas/inHand";
import { placed } from "./canvas/placed";
import { containerUnder, covered, lit, nudge, sizeOfNode } from "./dragging";
import { nodesOf } from "./nodes";
import { type EditorStore, useEditor, useEditorStore } from "./store";

export const DRAGGED = "application/x-sim-block";

export function useCanvas() {
  const store = useEditorStore();
  const flow = useReactFlow();
  const doc = useEditor((state) => state.doc);
  const types = useEditor((state) => state.types);
  const selected = useEditor((state) => state.selected);
  const [nodes, setNodes] = useState<Node[]>([]);
  const held = useRef<{ container?: string }>(undefined);
  useEffect(() => setNodes((before) => nodesOf(doc, types, selected, before)), [doc, types, selected]);
  useEffect(() => {
    store.setState({ measure: (id) => sizeOfNode(flow.getNode(id)) });
  }, [store, flow]);

  const onNodesChange = useCallback(
    (changes: NodeChange[]) => {
      setNodes((before) => applyNodeChanges(changes, before));
      const picked = changes.filter((one) => one.type === "select");
      if (picked.length) choose(store, picked);
      const resized = changes.filter((one) => one.type === "dimensions" && one.resizing === false);
      for (const one of resized)
        if (one.type === "dimensions" && one.dimensions) resize(store, one.id, one.dimensions, flow.getNode(one.id));
      if (!held.current) nudge(store, changes);
    },
    [store, flow],
  );

  const api = useStoreApi();
  useAfloat(store, api);
  useOthersDrags();
  /** While something moves, one sheet lies over all blocks: the browser need not look which of them is under the mouse. */
  const cover = useCallback((is: boolean) => covered(api.getState().domNode, is), [api]);
  const moves = useRef<() => void>(undefined);
  /** A press is no move yet: the sheet would take the click from the block under it. What moves by itself needs none. */
  const onMoveStart: OnMoveStart = useCallback(
    (event) => {
      moves.current?.();
      moves.current = event ? store.getState().camera.listen(() => cover(true)) : undefined;
    },
    [store, cover],
  );
  const onMoveEnd = useCallback(() => {
    moves.current?.();
    moves.current = undefined;
    cover(false);
    store.getState().camera.rest();
  }, [store, cover]);

  const onNodeDragStart: OnNodeDrag = useCallback(() => {
    held.current = {};
    store.getState().camera.hold(true);
    cover(true);
  }, [store, cover]);

  const onNodeDragStop: OnNodeDrag = useCallback(
    (_event, _node, dragged) => {
      cover(false);
      setNodes(lit(held.current?.container, undefined));
      held.current = undefined;
      const editor = store.getState();
      editor.camera.hold(false);
      const inHand = editor.afloat.held("hand");
      const places = dragged.flatMap((one) => {
        const at = inHand.get(one.id);
        return at ? [{ id: one.id, at, size: sizeOfNode(one) }] : [];
      });
      editor.change(dropped(editor.doc, places));
      endDrag(editor.client);
    },
    [store, cover],
  );

  const onNodeDrag: OnNodeDrag = useCallback(
    (_event, _node, dragged) => {
      const editor = store.getState();
      showDrag(editor.client, editor.afloat.held("hand"));
      const over = containerUnder(editor, dragged);
      if (held.current && over !== held.current.container) {
        setNodes(lit(held.current.container, over));
        held.current.container = over;
      }
    },
    [store],
  );

  const drawn = useMemo(() => placed(nodes), [nodes]);
  // what hands do stays the same while the nodes change
  const acts = useMemo(() => hands(store, flow), [store, flow]);
  const onViewportChange = useEditor((state) => state.camera.move);
  return {
    nodes: drawn,
    onNodesChange,
    onViewportChange,
    onMoveStart,
    onMoveEnd,
    onNodeDragStart,
    onNodeDragStop,
    onNodeDrag,
    ...acts,
  };
}

function choose(store: EditorStore, changes: { id: string; selected: boolean }[]) {
  const now = new Set(store.getState().selected);
  for (const one of changes) one.selected ? now.add(one.id) : now.delete(one.id);
  store.getState().select([...now], now.size ? store.getState().edges : []);
}

function resize(store: EditorStore, id: string, size: { width: number; height: number }, node?: Node) {
  const { change, doc } = store.getState();
  const block = doc.blocks[id];
  if (!block) return;
  const moved = node && (node.position.x !== block.position.x || node.position.y !== block.position.y);
  change([
    { op: "block.update", items: [{ id, set: { size: [Math.round(size.width), Math.round(size.height)] } }] },
    ...(moved ? [{ op: "block.move" as const, items: [{ id, ...node.position }] }] : []),
  ]);
}

function hands(store: EditorStore, flow: ReturnType<typeof useReactFlow>) {
  const edgeOf = (one: Connection) => ({
    id: newId(),
    source: one.source,
    target: one.target,
    source_handle: one.sourceHandle ?? "source",
  });
  return {
    onConnect: (one: Connection) => {
      const { doc, types, change } = store.getState();
      const edge = edgeOf(one);
      const why = refusal(doc, edge, types);
      if (why) toast(why);
      else change([{ op: "edge.add", edges: [edge] }]);
    },
    isValidConnection: (one: { source: string; target: string }) => one.source !== one.target,
    /** An edge let go over nothing asks which block shall follow. */
    onConnectEnd: (event: globalThis.MouseEvent | TouchEvent, end: FinalConnectionState) => {
      if (end.isValid || end.toNode || !end.fromNode || end.fromHandle?.type !== "source" || !("clientX" in event))
        return;
      const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      store
        .getState()
        .set({ dangling: { id: end.fromNode.id, port: end.fromHandle.id ?? "source", at }, panel: "add" });
      setTimeout(() => document.getElementById("find-block")?.focus());
    },
    onEdgesChange: (changes: { type: string; id?: string; selected?: boolean }[]) => {
      const now = new Set(store.getState().edges);
      for (const one of changes)
        if (one.type === "select" && one.id) one.selected ? now.add(one.id) : now.delete(one.id);
      store.getState().set({ edges: [...now] });
    },
    onPaneClick: () => {
      store.getState().select([]);
      store.getState().set({ dangling: undefined });
    },
    /** A click on one of several that are chosen means that one. */
    onNodeClick: (event: MouseEvent, node: Node) => {
      const { selected, select } = store.getState();
      if (selected.length > 1 && !event.metaKey && !event.ctrlKey && !event.shiftKey) select([node.id]);
    },
    onNodeContextMenu: (_event: MouseEvent, node: Node) => {
      if (!store.getState().selected.includes(node.id)) store.getState().select([node.id]);
    },
    onEdgeContextMenu: (_event: MouseEvent, edge: { id: string }) => {
      if (!store.getState().edges.includes(edge.id)) store.getState().select([], [edge.id]);
    },
    onPaneContextMenu: () => store.getState().select([]),
    onMouseMove: (event: MouseEvent) => {
      const { camera, client } = store.getState();
      client.setPresence({ cursor: camera.place(event.clientX, event.clientY) });
    },
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
    },
    onDrop: (event: DragEvent) => {
      const raw = event.dataTransfer.getData(DRAGGED);
      if (!raw) return;
      event.preventDefault();
      const { doc, types, change, select } = store.getState();
      const { type: id, values, name } = JSON.parse(raw);
      const type = types.get(id);
      if (!type) return;
      const point = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      const inside = containerAt(doc, point, new Set());
      const corner = { x: point.x - 120, y: point.y - 24 };
      const made = adding(doc, { type, values, name, at: corner, parent: null }, types);
      change(made.operations);
      if (inside) {
        const after = store.getState().doc;
        const block = after.blocks[made.id];
        if (block) change(dropped(after, [{ id: made.id, at: corner, size: sizeOf(block) }], inside.id));
      }
      select([made.id]);
    },
  };
}
