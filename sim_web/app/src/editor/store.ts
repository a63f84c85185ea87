/** What one open workflow knows beside its document: what is chosen, what is shown, what ran. */

import { createContext, useContext } from "react";
import { toast } from "sonner";
import { createStore, type StoreApi, useStore } from "zustand";
import type { BlockFacts, Problem } from "../api/schema";
import type { Dangling } from "../model/adding";
import type { Measure } from "../model/align";
import { CARD } from "../model/places";
import type { Document, Operation } from "../realtime/document";
import { rebased } from "../realtime/merge";
import type { ChangeOptions, Peer, Status, WorkflowClient } from "../realtime/types";
import type { RunView } from "../run/view";
import { sentence } from "../ui/words";
import { type Afloat, createAfloat } from "./canvas/afloat";
import { type Camera, createCamera } from "./canvas/camera";
import type { Spot } from "./useGoTo";
import type { Where } from "./useRunner";

export type Panel = "add" | "block" | "chat";
export type Shown = "" | "run" | "variables" | "search" | "deploy";

export interface Editor {
  client: WorkflowClient;
  camera: Camera;
  afloat: Afloat;
  doc: Document;
  seq: number;
  status: Status;
  peers: readonly Peer[];
  types: Map<string, BlockFacts>;
  selected: readonly string[];
  edges: readonly string[];
  panel: Panel;
  console: boolean;
  shown: Shown;
  /** The run that is shown on the canvas and in the console. */
  run?: RunView;
  /** The run that was started here last; another one may be shown meanwhile. */
  own?: RunView;
  /** Whether one's own run is under way. */
  busy: boolean;
  /** The input of one's own last run, and where it began and ended. */
  last?: unknown;
  where?: Where;
  /** The field that somebody was led to, until its form has the cursor in it. */
  aim?: Spot;
  /** What is wrong, by block. */
  problems: Readonly<Record<string, readonly Problem[]>>;
  /** Whether the canvas has its blocks in view. */
  appeared: boolean;
  /** How large a block is drawn on the canvas. */
  measure: Measure;
  /** What a new block follows, when an edge was let go over nothing or is to be parted. */
  dangling?: Dangling;
  /** What is refused of it is said; the rest is done. */
  change: (operations: readonly Operation[], options?: ChangeOptions) => void;
  select: (ids: readonly string[], edges?: readonly string[]) => void;
  set: (facts: Partial<Editor>) => void;
}

export type EditorStore = StoreApi<Editor>;

export function createEditor(client: WorkflowClient): EditorStore {
  return createStore<Editor>((set, get) => ({
    client,
    camera: createCamera(),
    afloat: createAfloat(),
    doc: client.state(),
    seq: client.seq(),
    status: client.status(),
    peers: client.presence(),
    types: new Map(),
    selected: [],
    edges: [],
    panel: "add",
    console: false,
    shown: "",
    busy: false,
    appeared: false,
    problems: {},
    measure: () => CARD,
    change: (operations, options) => {
      if (!operations.length) return;
      const { client } = get();
      const now = operations.map((one) => rebased(one, client.state()));
      const [refused] = client.change(now, options).refusals;
      if (refused) toast(sentence(refused.message), { id: "refused" });
    },
    select: (ids, edges = []) => {
      const now = get();
      if (same(now.selected, ids) && same(now.edges, edges)) return;
      set({ selected: ids, edges, panel: panelFor(now.panel, ids.length) });
      client.setPresence({ selection: ids });
    },
    set,
  }));
}

/** A chat stays open beside whatever is chosen. */
const panelFor = (now: Panel, chosen: number): Panel =>
  now === "chat" ? now : chosen === 1 ? "block" : chosen ? now : "add";

const same = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((one, at) => one === b[at]);

export const EditorContext = createContext<EditorStore | null>(null);

export function useEditorStore(): EditorStore {
  const store = useContext(EditorContext);
  if (!store) throw new Error("There is no editor around this component.");
  return store;
}

export const useEditor = <T>(select: (state: Editor) => T): T => useStore(useEditorStore(), select);
