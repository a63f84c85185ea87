/** A document of the past as the editor shows one: to be looked at, changed by nobody. */

import type { Document } from "../../realtime/document";
import type { Status, WorkflowClient } from "../../realtime/types";

const STATUS: Status = { state: "saved", pending: 0, role: "read", editable: false };
const never = () => () => undefined;

export function pastClient(document: Document): WorkflowClient {
  return {
    // Nothing is asked of the server about it.
    id: "",
    ready: Promise.resolve(),
    state: () => document,
    seq: () => 0,
    subscribe: never,
    change: () => ({
      ok: false,
      refusals: [{ code: "read_only", message: "this is the past", pointer: "", index: 0 }],
    }),
    undo: () => false,
    redo: () => false,
    canUndo: () => false,
    canRedo: () => false,
    undoLabel: () => null,
    restorer: () => "",
    status: () => STATUS,
    onStatus: never,
    onNotice: never,
    presence: () => [],
    setPresence: () => undefined,
    onPresence: never,
    follow: () => undefined,
    following: () => null,
    onView: never,
    text: () => null,
    rows: () => null,
    settled: () => Promise.resolve(),
    unsaved: () => ({ workflow_id: "", name: document.name, base_seq: 0, operations: [] }),
    close: () => undefined,
  };
}
