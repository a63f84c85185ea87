/** What the editor's commands look at. */

import type { BlockFacts } from "../api/schema";
import type { Measure } from "../model/align";
import { isNote } from "../model/ports";
import type { Block, Document } from "../realtime/document";
import type { Step } from "../run/view";
import type { Command } from "./command";

export interface EditorState {
  doc: Document;
  selected: readonly string[];
  edges: readonly string[];
  types: Map<string, BlockFacts>;
  busy: boolean;
  /** Whether the run that is shown goes on, whoever started it. */
  live: boolean;
  /** Whether somebody may run the workflow, and stop what runs. */
  runs: boolean;
  editable: boolean;
  /** Whether a run was started here that can be repeated. */
  ran: boolean;
  /** The run that is shown. */
  run?: string;
  /** What it made of each block. */
  steps: Readonly<Record<string, Step>>;
  /** How large a block is drawn. */
  measure: Measure;
}

/** The editor's own verbs; it has an answer to each. */
export type EditorAct =
  | "run"
  | "run.start"
  | "run.until"
  | "run.from"
  | "run.again"
  | "run.input"
  | "stop"
  | "undo"
  | "redo"
  | "paste"
  | "rename"
  | "add"
  | "add.between"
  | "layout"
  | "fit"
  | "zoom"
  | "console"
  | "console.clear"
  | "chat"
  | "comment"
  | "comments"
  | "history";

export type EditorCommand = Command<EditorState, EditorAct>;

export const chosen = (state: EditorState): Block[] => state.selected.flatMap((id) => state.doc.blocks[id] ?? []);
export const some = (state: EditorState) => state.editable && chosen(state).length > 0;
export const one = (state: EditorState) => chosen(state).length === 1;
export const steps = (state: EditorState) => state.editable && chosen(state).some((block) => !isNote(block));
