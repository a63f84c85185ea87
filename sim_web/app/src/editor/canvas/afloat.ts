/**
 * Blocks that somebody holds are afloat: they are drawn where they are held, with all that lies in them, while the
 * canvas' store and the document still have them where they lay. So a drag touches what is dragged, and nothing else.
 */

import { useSyncExternalStore } from "react";
import type { Point } from "../../model/places";
import { useEditor } from "../store";
import type { FlowStore } from "./camera";

/** Absolute places by block. */
export type Places = ReadonlyMap<string, Point>;
export type Drifts = ReadonlyMap<string, Point>;
type Holder = "hand" | "peers";
const NOTHING: Places = new Map();

export interface Afloat {
  hold: (by: Holder, places: Places) => void;
  held: (by: Holder) => Places;
  /** How far from where it lay a block is drawn. */
  drift: (id: string) => Point | undefined;
  drifts: () => Drifts;
  listen: (ear: () => void) => () => void;
  attach: (flow: FlowStore) => () => void;
}

export function createAfloat(): Afloat {
  let flow: FlowStore | undefined;
  let stop: (() => void) | undefined;
  let drifts: Drifts = new Map();
  const elements: Elements = new Map();
  const by: Record<Holder, Places> = { hand: NOTHING, peers: NOTHING };
  const ears = new Set<() => void>();

  const refresh = () => {
    if (!flow) return;
    const places =
      by.hand.size && by.peers.size ? new Map([...by.peers, ...by.hand]) : by.hand.size ? by.hand : by.peers;
    const now = drifted(flow, places, drifts);
    if (places.size) stop ??= flow.subscribe((state, before) => state.nodes !== before.nodes && refresh());
    else stop = void stop?.();
    mount(flow, now, drifts);
    if (same(now, drifts)) return;
    draw(flow, now, drifts, elements, by.hand);
    if (!now.size) elements.clear();
    drifts = now;
    for (const ear of ears) ear();
  };
  return {
    hold: (holder, places) => {
      if (!places.size && !by[holder].size) return;
      by[holder] = places.size ? places : NOTHING;
      refresh();
    },
    held: (holder) => by[holder],
    drift: (id) => drifts.get(id),
    drifts: () => drifts,
    listen: (ear) => {
      ears.add(ear);
      return () => ears.delete(ear);
    },
    attach: (to) => {
      flow = to;
      refresh();
      return () => {
        stop = void stop?.();
        drifts = new Map();
        flow = undefined;
      };
    },
  };
}

/** How far a block is drawn from where it lay. */
export function useDrift(id: string): Point | undefined {
  const afloat = useEditor((state) => state.afloat);
  return useSyncExternalStore(afloat.listen, () => afloat.drift(id));
}

/** From where they lay to where they are held, with what they contain; a drift that did not change stays the same object. */
function drifted(flow: FlowStore, places: Places, before: Drifts): Drifts {
  const { nodeLookup, parentLookup } = flow.getState();
  const found = new Map<string, Point>();
  const put = (id: string, x: number, y: number) => {
    if (found.has(id)) return;
    const last = before.get(id);
    found.set(id, last?.x === x && last.y === y ? last : { x, y });
    for (const inner of parentLookup.get(id)?.keys() ?? []) if (!places.has(inner)) put(inner, x, y);
  };
  for (const [id, place] of places) {
    const lay = nodeLookup.get(id)?.internals.positionAbsolute;
    if (lay) put(id, place.x - lay.x, place.y - lay.y);
  }
  return found;
}

/** What is afloat stays mounted, also where it lay out of sight. */
function mount(flow: FlowStore, now: Drifts, before: Drifts) {
  const { nodeLookup } = flow.getState();
  for (const id of new Set([...before.keys(), ...now.keys()])) {
    const node = nodeLookup.get(id);
    if (node) node.dragging = now.has(id);
  }
}

const same = (a: Drifts, b: Drifts) => a.size === b.size && [...a].every(([id, drift]) => b.get(id) === drift);

type Elements = Map<string, HTMLElement>;

function draw(flow: FlowStore, now: Drifts, before: Drifts, elements: Elements, hand: Places) {
  const { domNode, nodesSelectionActive } = flow.getState();
  if ([...now.keys()].some((id) => !elements.get(id)?.isConnected)) look(domNode, elements, now);
  const put = (id: string, drift?: Point) => {
    const element = elements.get(id);
    if (element) element.style.translate = drift ? `${drift.x}px ${drift.y}px` : "";
  };
  for (const [id, drift] of now) put(id, drift);
  for (const id of before.keys()) if (!now.has(id)) put(id);
  const frame = nodesSelectionActive && domNode?.querySelector<HTMLElement>(".react-flow__nodesselection-rect");
  if (!frame) return;
  const [first] = hand.keys();
  const drift = first ? now.get(first) : undefined;
  frame.style.translate = drift ? `${drift.x}px ${drift.y}px` : "";
}

/** Finds blocks that are mounted. Going through their siblings is far quicker than asking the page for each. */
function look(canvas: HTMLElement | null, elements: Elements, wanted: Drifts) {
  for (const one of canvas?.getElementsByClassName("react-flow__nodes")[0]?.children ?? []) {
    const id = one.getAttribute("data-id");
    if (id && wanted.has(id) && one instanceof HTMLElement) elements.set(id, one);
  }
}
