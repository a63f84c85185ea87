import { describe, expect, it } from "vitest";
import text from "../../../../tests/vectors/renames.json?raw";
import type { BlockFacts } from "../api/schema";
import { fullDocument, type NewDocument } from "../realtime/document";
import { applyAll } from "../realtime/reduce";
import { copied, pasted, readClip } from "./clip";
import { renamed, unfit } from "./references";
import { nameTrouble, renameBlock, renameVariable } from "./renaming";

interface Case {
  value: unknown;
  renamed: unknown;
  head?: string;
  bare?: boolean;
}

const names = new Map([["old", "new"]]);
const type = (form: Partial<BlockFacts["form"]>) => ({ type: "code", title: "Code", form }) as unknown as BlockFacts;
const types = new Map([
  [
    "code",
    type([
      { name: "code", language: "python" },
      { name: "raw", verbatim: true },
    ] as never),
  ],
]);
const given: NewDocument = {
  name: "w",
  blocks: {
    a: { id: "a", type: "code", name: "Old Name" },
    b: {
      id: "b",
      type: "code",
      name: "B",
      values: {
        ...{ code: "<oldname> + <variable.n>", text: "<oldname.z> <oldname>", raw: "<oldname.r>" },
        rows: [{ variable_name: "N", value: "<variable.n>" }, { variable_name: "M" }],
      },
    },
    l: { id: "l", type: "loop", name: "L" },
    inner: { id: "inner", type: "code", name: "In", parent: "l", values: { text: "<b.x> <oldname.y>" } },
  },
  subflows: { l: { kind: "loop", id: "l", iterations: "<oldname.count>", condition: "<oldname> and <variable.N.x>" } },
  variables: { v: { id: "v", name: "N" } },
};
const doc = fullDocument(given);

describe("another name", () => {
  it.each(JSON.parse(text) as Case[])("is followed as on the server: $value", (one) => {
    const fresh = renamed(one.value, { names, head: one.head, bare: one.bare });
    expect(fresh).toEqual(one.renamed);
    if (JSON.stringify(one.value) === JSON.stringify(one.renamed)) expect(fresh).toBe(one.value);
  });

  it("of a block is followed in fields, code and containers, and not in what is taken literally", () => {
    const { operations, locked } = renameBlock(doc, "a", "New One", types);
    const after = applyAll(doc, operations).document;
    expect(locked).toEqual([]);
    expect(operations[1]).toMatchObject({ items: [{ field: "code", expected: "<oldname> + <variable.n>" }, {}, {}] });
    expect(after.blocks.a?.name).toBe("New One");
    expect(after.blocks.b?.values).toEqual({
      code: "<newone> + <variable.n>",
      text: "<newone.z> <oldname>",
      raw: "<oldname.r>",
      rows: [{ variable_name: "N", value: "<variable.n>" }, { variable_name: "M" }],
    });
    expect(after.blocks.inner?.values).toEqual({ text: "<b.x> <newone.y>" });
    expect(after.subflows.l).toMatchObject({ iterations: "<newone.count>", condition: "<newone> and <variable.N.x>" });
  });

  it("of a variable leaves blocks alone", () => {
    const after = applyAll(doc, renameVariable(doc, "v", "Total", types).operations).document;
    expect(after.blocks.b?.values.code).toBe("<oldname> + <variable.total>");
    expect(after.blocks.b?.values.rows).toEqual([
      { variable_name: "Total", value: "<variable.total>" },
      { variable_name: "M" },
    ]);
    expect(after.subflows.l).toMatchObject({ condition: "<oldname> and <variable.total.x>" });
  });

  it("is not given where a locked block would lose it", () => {
    const locked = fullDocument({
      ...given,
      blocks: { ...given.blocks, l: { ...given.blocks?.l, locked: true } as never },
    });
    expect(renameBlock(locked, "a", "New", types).locked).toEqual(["In", "L"]);
    expect(renameBlock(locked, "a", "OLD name", types).locked).toEqual([]);
  });

  it("is one that references can be written to", () => {
    expect(nameTrouble(doc, "a", "Ask / tell")).toContain("“/”");
    expect(nameTrouble(doc, "a", "b")).toContain("“B”");
    expect(nameTrouble(doc, "a", "Loop")).toContain("references");
    expect(nameTrouble(doc, "a", " . ")).toContain("needs a name");
    expect(nameTrouble(doc, "a", "x".repeat(201))).toContain("200");
    expect(["R&D (EU)", "größe", "😀", "a  b", "1.2"].map(unfit)).toEqual(Array(5).fill(undefined));
  });
});

describe("blocks that are pasted", () => {
  const land = (made: ReturnType<typeof pasted>, into = doc) => applyAll(into, made.operations).document;

  it("stay in the container that they were copied of, and go into the one that they are held over", () => {
    const beside = pasted(doc, copied(doc, ["inner"]), types);
    expect(land(beside).blocks[beside.ids[0] ?? ""]?.parent).toBe("l");
    const out = pasted(doc, copied(doc, ["inner"]), types, { x: -900, y: -900 });
    expect(land(out).blocks[out.ids[0] ?? ""]).toMatchObject({ parent: null, position: { x: -900, y: -900 } });
    const into = pasted(doc, copied(doc, ["b"]), types, { x: 60, y: 80 });
    expect(land(into).blocks[into.ids[0] ?? ""]).toMatchObject({ parent: "l", position: { x: 60, y: 80 } });
  });

  it("never lie exactly on others, however often", () => {
    const clip = copied(doc, ["b"]);
    const far = { x: 2000, y: 0 };
    const once = land(pasted(doc, clip, types, far));
    const again = pasted(once, clip, types, far);
    expect(land(again, once).blocks[again.ids[0] ?? ""]?.position).toEqual({ x: 2040, y: 40 });
  });

  it("keep their references among themselves, and what is no reference", () => {
    const made = pasted(doc, copied(doc, ["a", "b", "l"]), types);
    const after = land(made);
    const of = (name: string) => Object.values(after.blocks).find((one) => one.name === name);
    expect(of("B 2")?.values.text).toBe("<oldname2.z> <oldname>");
    expect(of("In 2")?.values.text).toBe("<b2.x> <oldname2.y>");
    expect(after.subflows[of("L 2")?.id ?? ""]).toMatchObject({ iterations: "<oldname2.count>" });
  });

  it("say what is wrong with them", () => {
    const whole = JSON.stringify(copied(doc, ["a"]));
    expect(readClip(whole)).toBeTypeOf("object");
    expect(readClip("Dear Bob")).toBeUndefined();
    expect(readClip(whole.slice(0, -5))).toContain("cut off");
    expect(readClip(whole.replace('"type":"code",', ""))).toContain("Block 1");
    expect(readClip(whole.replace('"sim_blocks":1', '"sim_blocks":2'))).toContain("another version");
    expect(readClip(whole.replace(/,"edges".*/, "}"))).toMatchObject({ edges: [], subflows: [] });
  });
});
