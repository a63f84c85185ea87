import type { Edge, InternalNode, Node, ReactFlowState, Transform } from "@xyflow/react";
import { describe, expect, it } from "vitest";
import { createStore } from "zustand";
import type { Point } from "../../model/places";
import { createAfloat } from "./afloat";
import { createCamera, enters, type FlowStore } from "./camera";
import { openingView } from "./opening";
import { placed } from "./placed";
import { cornersOf, endsOf, lineOf } from "./wires";

const node = (id: string, x: number, y: number) =>
  ({
    id,
    measured: { width: 240, height: 96 },
    internals: { positionAbsolute: { x, y } },
  }) as unknown as InternalNode;

function flowOf(nodes: InternalNode[], inside: Record<string, string[]> = {}): FlowStore {
  const all = new Map(nodes.map((one) => [one.id, one]));
  const parents = Object.entries(inside).map(
    ([parent, ids]) => [parent, new Map(ids.map((id) => [id, all.get(id)]))] as const,
  );
  const facts = { nodes: [], edges: [], nodeLookup: all, parentLookup: new Map(parents), domNode: null };
  const view = { width: 1000, height: 800, transform: [0, 0, 1] as Transform, connection: { inProgress: false } };
  return createStore(() => ({ ...facts, ...view }) as unknown as ReactFlowState) as unknown as FlowStore;
}

describe("what is seen first", () => {
  const room = { width: 840, height: 700 };
  const start = { x: 0, y: 0, width: 240, height: 96 };
  const ends = ({ x, zoom }: { x: number; zoom: number }, from: number, to: number) => [
    Math.round(from * zoom + x),
    Math.round(to * zoom + x),
  ];
  it("is everything, in the middle, as long as its words can be read", () => {
    const view = openingView({ x: 0, y: 0, width: 900, height: 200 }, start, room, 0.1);
    expect(view.zoom).toBeGreaterThan(0.6);
    expect(ends(view, 0, 900).reduce((a, b) => a + b)).toBeCloseTo(840, -1);
  });
  it("is the start of what is too long, and nothing beyond its ends", () => {
    const long = { x: -300, y: 0, width: 6000, height: 200 };
    expect(ends(openingView(long, start, room, 0.1), 0, 240)).toEqual([40, 184]);
    const last = { ...start, x: 5460 };
    expect(ends(openingView(long, last, room, 0.1), 5460, 5700)).toEqual([656, 800]);
    expect(openingView(long, start, room, 0.1).y).toBe(350 - 60);
  });
});

describe("the camera", () => {
  it("asks for the store when a block comes into view, and for nothing as long as all are in it", () => {
    const state = flowOf([node("a", 100, 100), node("b", 1200, 100)]).getState();
    expect(enters(state, [50, 0, 1])).toBe(false);
    expect(enters(state, [-150, 0, 1])).toBe(false);
    expect(enters(state, [-201, 0, 1])).toBe(true);
    expect(enters(state, [0, 0, 0.5])).toBe(true);
    expect(enters({ ...state, transform: [-300, 0, 1] }, [-400, 0, 1])).toBe(false);
  });
  it("tells who listens of each move, and the store when it must know", () => {
    globalThis.addEventListener ??= () => undefined;
    globalThis.removeEventListener ??= () => undefined;
    const flow = flowOf([node("a", 100, 100), node("b", 1200, 100)]);
    const camera = createCamera();
    const heard: number[] = [];
    const leave = camera.attach(flow);
    camera.listen(([x]) => heard.push(x));
    camera.move({ x: -10, y: 0, zoom: 1 });
    camera.move({ x: -20, y: 0, zoom: 1 });
    expect(heard).toEqual([-10, -20]);
    expect(flow.getState().transform[0]).toBe(0);
    camera.rest();
    expect(flow.getState().transform[0]).toBe(-20);
    camera.move({ x: -230, y: 0, zoom: 1 });
    expect(flow.getState().transform[0]).toBe(-230);
    camera.hold(true);
    camera.move({ x: -231, y: 0, zoom: 1 });
    expect(flow.getState().transform[0]).toBe(-231);
    leave();
  });
});

describe("what is afloat", () => {
  it("takes along what lies in it, and is still when it lies where it is held", () => {
    const flow = flowOf([node("box", 0, 0), node("in", 40, 60), node("deep", 50, 90), node("out", 900, 0)], {
      box: ["in"],
      in: ["deep"],
    });
    const afloat = createAfloat();
    const leave = afloat.attach(flow);
    let told = 0;
    afloat.listen(() => told++);
    afloat.hold("peers", new Map([["box", { x: 5, y: 7 }]]));
    expect(["box", "in", "deep", "out"].map((id) => afloat.drift(id))).toEqual([
      { x: 5, y: 7 },
      { x: 5, y: 7 },
      { x: 5, y: 7 },
      undefined,
    ]);
    const before = afloat.drift("box");
    afloat.hold("hand", new Map([["out", { x: 901, y: 0 }]]));
    expect(afloat.drift("box")).toBe(before);
    expect(afloat.drift("out")).toEqual({ x: 1, y: 0 });
    flow.getState().nodeLookup.set("box", node("box", 5, 7) as never);
    flow.setState({ nodes: [] });
    expect(afloat.drift("box")).toEqual({ x: 0, y: 0 });
    expect(told).toBe(3);
    afloat.hold("hand", new Map());
    afloat.hold("peers", new Map());
    expect(afloat.drifts().size).toBe(0);
    leave();
  });
});

describe("blocks on the canvas", () => {
  it("lie where their containers put them, and stay the same objects until they move", () => {
    const box: Node = { id: "box", position: { x: 10, y: 20 }, data: {} };
    const inner: Node = { id: "in", parentId: "box", position: { x: 1, y: 2 }, data: {} };
    const first = placed([box, inner]);
    expect(first.map((one) => one.style)).toEqual([
      { transform: "none", left: 10, top: 20 },
      { transform: "none", left: 11, top: 22 },
    ]);
    expect(placed([box, inner])).toEqual(first);
    expect(placed([box, inner])[1]).toBe(first[1]);
    const moved = placed([{ ...box, position: { x: 0, y: 0 } }, inner]);
    expect(moved[1]?.style).toMatchObject({ left: 1, top: 2 });
  });
  it("are joined from handle to handle, and drift with what is afloat", () => {
    const a = node("a", 0, 0);
    const b = node("b", 400, 0);
    b.internals.handleBounds = {
      source: [],
      target: [{ id: "target", x: -4, y: 15, width: 8, height: 14 }] as never,
    };
    const nodes = new Map([a, b].map((one) => [one.id, one]));
    const edge: Edge = { id: "e", source: "a", target: "b" };
    expect(endsOf(edge, nodes, new Map())).toEqual([
      { x: 240, y: 22 },
      { x: 396, y: 22 },
    ]);
    expect(endsOf(edge, nodes, new Map([["a", { x: 10, y: 5 }]]))?.[0]).toEqual({ x: 250, y: 27 });
    expect(endsOf({ ...edge, target: "gone" }, nodes, new Map())).toBeUndefined();
  });
  it.each([
    ["onward", { x: 0, y: 0 }, { x: 200, y: 80 }],
    ["straight on", { x: 0, y: 0 }, { x: 200, y: 0 }],
    ["with hardly any room", { x: 0, y: 0 }, { x: 40, y: 80 }],
    ["too near to go on", { x: 0, y: 0 }, { x: 39, y: 80 }],
    ["back", { x: 300, y: 0 }, { x: 0, y: -90 }],
  ])("have edges of pieces that run as the line does: %s", (_how, from, to) => {
    const line = lineOf([from, to]);
    const bends = cornersOf([from, to]);
    const drawn = [...line.matchAll(/(-?[\d.]+)[ ,](-?[\d.]+)/g)].map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
    for (const point of drawn) expect(bends.some((one, at) => isBetween(point, one, bends[at + 1] ?? one))).toBe(true);
    expect(drawn[0]).toEqual(from);
    expect(drawn.at(-1)).toEqual(to);
    expect([bends[0], bends.at(-1)]).toEqual([from, to]);
  });
});

const isBetween = ({ x, y }: Point, a: Point, b: Point) =>
  x >= Math.min(a.x, b.x) && x <= Math.max(a.x, b.x) && y >= Math.min(a.y, b.y) && y <= Math.max(a.y, b.y);
