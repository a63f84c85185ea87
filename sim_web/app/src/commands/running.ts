/** Running the workflow, whole or in parts. */

import { FastForward, Forward, ListRestart, MessagesSquare, Play, Rocket, SkipForward, Square } from "lucide-react";
import { entriesOf, isNote } from "../model/ports";
import { ancestors } from "../realtime/graph";
import { chosen, type EditorCommand, type EditorState, one } from "./state";

const idle = (state: EditorState) => state.runs && !state.busy;
const group = "Run";

export const RUNNING: EditorCommand[] = [
  { name: "run", label: "Run", group, icon: Play, key: "Mod+Enter", when: idle, perform: () => ({ act: "run" }) },
  {
    name: "run.again",
    label: "Run again with the same input",
    group,
    icon: ListRestart,
    key: "Mod+Shift+Enter",
    words: "repeat retry last",
    when: (state) => idle(state) && state.ran,
    perform: () => ({ act: "run.again" }),
  },
  {
    name: "run.input",
    label: "Run with other input…",
    group,
    icon: FastForward,
    words: "json payload",
    when: (state) => idle(state) && entriesOf(state.doc, state.types).length > 0,
    perform: () => ({ act: "run.input" }),
  },
  {
    name: "run.start",
    label: "Run from",
    group,
    icon: Play,
    words: "trigger webhook schedule",
    choices: (state) => {
      const entries = entriesOf(state.doc, state.types);
      return entries.length > 1 ? entries.map((block) => ({ about: block.id, label: `“${block.name}”` })) : [];
    },
    when: idle,
    perform: (_, about) => ({ act: "run.start", about }),
  },
  {
    name: "stop",
    label: "Stop",
    group,
    icon: Square,
    key: "Mod+.",
    when: (state) => state.runs && (state.busy || state.live),
    perform: () => ({ act: "stop" }),
  },
  {
    name: "run.until",
    label: "Run until here",
    group,
    icon: SkipForward,
    words: "stop after block",
    when: (state) => one(state) && idle(state) && !chosen(state).some(isNote),
    perform: (state) => ({ act: "run.until", about: state.selected[0] }),
  },
  {
    name: "run.from",
    label: "Run from here",
    group,
    icon: Forward,
    words: "block",
    when: (state) => one(state) && idle(state) && chosen(state).every((block) => !isNote(block) && !block.parent),
    perform: (state) => ({ act: "run.from", about: state.selected[0] }),
  },
  {
    name: "run.from.container",
    label: "Run from",
    group,
    icon: Forward,
    words: "here block loop parallel",
    // a container runs whole: what lies in it has no run of its own to go on from
    choices: (state) => {
      const [block] = chosen(state);
      const whole = block && state.doc.blocks[ancestors(state.doc.blocks, block.id).at(-1) ?? ""];
      return whole ? [{ about: whole.id, label: `“${whole.name}”` }] : [];
    },
    when: (state) => one(state) && idle(state),
    perform: (_, about) => ({ act: "run.from", about }),
  },
  {
    name: "run.open",
    label: "Open the page of this run",
    group,
    icon: Forward,
    words: "trace waterfall logs",
    when: (state) => Boolean(state.run),
    perform: (state) => ({ go: `/runs/${state.run}` }),
  },
  {
    name: "chat",
    label: "Chat with this workflow",
    group,
    icon: MessagesSquare,
    key: "Mod+Shift+C",
    words: "test talk message",
    perform: () => ({ act: "chat" }),
  },
  {
    name: "deploy",
    label: "Deploy",
    group,
    icon: Rocket,
    words: "version live api curl publish promote",
    perform: () => ({ show: "deploy" }),
  },
];
