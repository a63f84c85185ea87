// Made by scripts/generate.py from sim_realtime/protocol.py: change it there.
// Bytes are base64 text.

/** Operations that are done without an effect of their own. */
export interface Ack {
  t: "ack";
  r: string;
  items: Acked[];
}

/** What came of an operation that is not sent to everybody; `seq` is where its effect stands in the history. */
export interface Acked {
  cseq: number;
  outcome: "coalesced" | "dup" | "noop" | "superseded";
  seq?: number | null;
}

/** Place blocks, with their edges and subflows. */
export interface AddBlocks {
  op: "block.add";
  blocks: Block[];
  edges?: Edge[];
  subflows?: (Loop | Parallel)[];
}

/** Connect blocks. */
export interface AddEdges {
  op: "edge.add";
  edges: Edge[];
}

/** Add variables. */
export interface AddVariables {
  op: "variable.add";
  variables: Variable[];
}

/** What one has applied, every 64 operations or 2 seconds. */
export interface AppliedUpTo {
  t: "applied";
  r: string;
  seq: number;
}

/** A placed step. */
export interface Block {
  id: string;
  type: string;
  name: string;
  position?: Position;
  values?: Record<string, unknown>;
  enabled?: boolean;
  locked?: boolean;
  advanced?: boolean;
  trigger?: boolean;
  error_port?: boolean;
  retry?: Retry | null;
  timeout_s?: number | null;
  pinned?: Pin | null;
  parent?: string | null;
  size?: [number, number] | null;
  modes?: Record<string, string>;
  extra?: Record<string, unknown>;
}

/** New facts of a block. */
export interface BlockChange {
  id: string;
  set: Record<string, unknown>;
}

/** The field that somebody edits, and where in it, as relative positions of its text. */
export interface Caret {
  block_id: string;
  field: string;
  anchor?: unknown;
  head?: unknown;
}

/** Operations after their commit, in order; to everyone, the author included: that is the acknowledgement. */
export interface Committed {
  t: "ops";
  r: string;
  ops: Done[];
}

/** One committed operation with what it really changed. */
export interface Done {
  seq: number;
  client_id: string;
  actor: string;
  op: AddBlocks | RemoveBlocks | MoveBlocks | ReparentBlocks | UpdateBlocks | UpdateValues | AddEdges | RemoveEdges | UpdateSubflow | AddVariables | RemoveVariables | UpdateVariable | UpdateWorkflow;
  cseq?: number | null;
  ts?: number | null;
}

/** A connection; handles have the names that the reference product uses. */
export interface Edge {
  id: string;
  source: string;
  target: string;
  source_handle?: string;
  target_handle?: string;
}

/** One is no longer in the room: `access`, `deleted`, `replaced` or `room_full`. */
export interface Evict {
  t: "evict";
  r: string;
  code: string;
}

/** Make everything durable now, before a run; answered by `flushed`. */
export interface Flush {
  t: "flush";
  r: string;
}

/** Everything that was sent before is durable. */
export interface Flushed {
  t: "flushed";
  r: string;
  seq: number;
}

export type FromClient = Hello | Join | Leave | Ops | Pres | TextOpen | Text | TextClose | Flush | AppliedUpTo | Ping;

export type FromServer = Welcome | Joined | Part | Committed | Ack | Reject | Others | Roster | RoleChanged | Evict | Notice | Hash | Slow | Moved | TextState | Typed | TextAck | TextReject | Flushed | Refusal | Pong;

/** The document's digest at a sequence number; who differs joins anew. */
export interface Hash {
  t: "hash";
  r: string;
  seq: number;
  h: string;
}

/** The first message: which version is spoken and who is there, by a one-time ticket or an API key. */
export interface Hello {
  t: "hello";
  v: number;
  client_id: string;
  ticket?: string;
  key?: string;
}

/** Follow a workflow, from a sequence number on or from a snapshot. */
export interface Join {
  t: "join";
  r: string;
  since?: number | null;
}

/** A workflow is followed: a snapshot comes in parts, a delta as `ops`. */
export interface Joined {
  t: "joined";
  r: string;
  role: "admin" | "read" | "write";
  mode: "delta" | "snapshot";
  seq: number;
  cseq: number;
  roster: Person[];
  parts?: number;
}

/** Follow it no longer. */
export interface Leave {
  t: "leave";
  r: string;
}

/** What one connection may do. */
export interface Limits {
  in_flight: number;
  ops_per_second: number;
  burst: number;
  presence_per_second: number;
  frames_per_second: number;
  items: number;
  frame: number;
  frame_add: number;
}

/** What a loop container repeats over. */
export interface Loop {
  kind: "loop";
  id: string;
  loop_type?: "do_while" | "for" | "for_each" | "while";
  iterations?: number | string | null;
  collection?: unknown;
  condition?: string;
  language?: "javascript" | "python";
}

/** A block's new position. */
export interface Move {
  id: string;
  x: number;
  y: number;
}

/** Move blocks; touches positions only. */
export interface MoveBlocks {
  op: "block.move";
  items: Move[];
}

/** Another process has the room; ask there. */
export interface Moved {
  t: "moved";
  r: string;
  url: string;
}

/** Something happened to the workflow besides its operations: `deployed`, `restored`, `comment`, `run`. */
export interface Notice {
  t: "notice";
  r: string;
  kind: string;
  facts?: unknown;
}

/** Change a workflow. */
export interface Ops {
  t: "ops";
  r: string;
  ops: Sent[];
}

/** Where others are, by the id of their connection. */
export interface Others {
  t: "pres";
  r: string;
  d: [string, Presence][];
}

/** What a parallel container spreads over; `batch_size` (1 to 20) branches are in flight at once. */
export interface Parallel {
  kind: "parallel";
  id: string;
  parallel_type?: "collection" | "count";
  count?: number | string | null;
  collection?: unknown;
  batch_size?: number;
}

/** A piece of the document's JSON; all pieces together are one `Workflow`. */
export interface Part {
  t: "part";
  r: string;
  i: number;
  data: string;
}

/** Somebody in the room, by the id of the connection. */
export interface Person {
  sid: string;
  user_id: string;
  name: string;
  client_id: string;
  role: "admin" | "read" | "write";
  presence?: Presence | null;
}

/** An output that stands in for a block while its workflow is being built. */
export interface Pin {
  output?: unknown;
  port?: string | null;
}

/** Are you there? */
export interface Ping {
  t: "ping";
}

/** Here. */
export interface Pong {
  t: "pong";
}

/** Where a block lies, in canvas pixels; inside a container relative to it. */
export interface Position {
  x?: number;
  y?: number;
}

/** Tell the others where one is; never stored, the latest wins. */
export interface Pres {
  t: "pres";
  r: string;
  d: Presence;
}

/** Where somebody is; a part that is absent is as before, one that is null is over. */
export interface Presence {
  cursor?: [number, number] | null;
  selection?: string[] | null;
  editing?: Caret | null;
  view?: View | null;
  drag?: Record<string, [number, number]> | null;
}

/** A message that could not be followed. */
export interface Refusal {
  t: "error";
  code: string;
  message: string;
  r?: string | null;
}

/** An operation that was refused, with what holds instead. */
export interface Reject {
  t: "reject";
  r: string;
  cseq: number;
  code: string;
  message: string;
  retryable?: boolean;
  item?: number;
  pointer?: string;
  now?: unknown;
}

/** Remove blocks with everything inside them and their edges. */
export interface RemoveBlocks {
  op: "block.remove";
  ids: string[];
  edges?: string[];
}

/** Disconnect blocks. */
export interface RemoveEdges {
  op: "edge.remove";
  ids: string[];
}

/** Remove variables. */
export interface RemoveVariables {
  op: "variable.remove";
  ids: string[];
}

/** A block's new container and its position in it. */
export interface Reparent {
  id: string;
  parent: string | null;
  x: number;
  y: number;
  drop_edges?: string[];
}

/** Drag blocks into or out of a container. */
export interface ReparentBlocks {
  op: "block.parent";
  items: Reparent[];
}

/** How often a block is tried (2 to 5) and how long it waits between tries (0 to 5,000 ms). */
export interface Retry {
  tries?: number;
  wait_ms?: number;
}

/** One's own role has changed. */
export interface RoleChanged {
  t: "role";
  r: string;
  role: "admin" | "read" | "write";
}

/** Who came and who left. */
export interface Roster {
  t: "roster";
  r: string;
  joined?: Person[];
  left?: string[];
}

/** One operation of a client; `cseq` counts its operations on this workflow from 1. */
export interface Sent {
  cseq: number;
  op: AddBlocks | RemoveBlocks | MoveBlocks | ReparentBlocks | UpdateBlocks | UpdateValues | AddEdges | RemoveEdges | UpdateSubflow | AddVariables | RemoveVariables | UpdateVariable | UpdateWorkflow;
  base?: number | null;
  ts?: number | null;
  undo_of?: number | null;
}

/** One sends faster than is allowed: wait so many milliseconds. */
export interface Slow {
  t: "slow";
  ms: number;
}

/** A Yjs update of a field's text; `n` counts the updates of one client and is acknowledged when durable. */
export interface Text {
  t: "text";
  r: string;
  block_id: string;
  field: string;
  n: number;
  update: string;
}

/** Every update of this client up to `n` is durable, together with the field's plain text at `seq`. */
export interface TextAck {
  t: "text_ack";
  r: string;
  block_id: string;
  field: string;
  n: number;
  tseq: number;
  seq: number;
}

/** The field lost its focus: make its text durable now. */
export interface TextClose {
  t: "text_close";
  r: string;
  block_id: string;
  field: string;
}

/** Edit a field's text together; `vector` is the Yjs state vector of what one has already. */
export interface TextOpen {
  t: "text_open";
  r: string;
  block_id: string;
  field: string;
  vector?: string | null;
  texts?: string[] | null;
}

/** A text cannot be edited; updates up to `n` are not kept, and one's own copy is to be begun anew. */
export interface TextReject {
  t: "text_reject";
  r: string;
  block_id: string;
  field: string;
  code: string;
  message: string;
  n?: number;
}

/** A field's text as a Yjs update. */
export interface TextState {
  t: "text_state";
  r: string;
  block_id: string;
  field: string;
  tseq: number;
  update: string;
  vector: string;
  since?: string | null;
}

/** What somebody else typed. */
export interface Typed {
  t: "text";
  r: string;
  block_id: string;
  field: string;
  sid: string;
  update: string;
}

/** Change facts of blocks. */
export interface UpdateBlocks {
  op: "block.update";
  items: BlockChange[];
}

/** Change what a container repeats over. */
export interface UpdateSubflow {
  op: "subflow.update";
  id: string;
  set: Record<string, unknown>;
}

/** Change fields of blocks. */
export interface UpdateValues {
  op: "value.update";
  items: ValueChange[];
}

/** Change a variable's name, type or value. */
export interface UpdateVariable {
  op: "variable.update";
  id: string;
  set: Record<string, unknown>;
}

/** Change the workflow's name or description. */
export interface UpdateWorkflow {
  op: "workflow.update";
  set: Record<string, unknown>;
}

/** One field's new value; `UNSET` as JSON null clears it, `expected` refuses when another value stands there. */
export interface ValueChange {
  block_id: string;
  field: string;
  value?: unknown;
  expected?: unknown;
}

/** A value of the workflow that blocks can read and set. */
export interface Variable {
  id: string;
  name: string;
  type?: "array" | "boolean" | "number" | "object" | "plain" | "string";
  value?: unknown;
}

/** What part of the canvas somebody sees. */
export interface View {
  x: number;
  y: number;
  zoom: number;
}

/** The hello was accepted. */
export interface Welcome {
  t: "welcome";
  v: number;
  sid: string;
  now: number;
  limits: Limits;
}

export type Operation = AddBlocks | RemoveBlocks | MoveBlocks | ReparentBlocks | UpdateBlocks | UpdateValues | AddEdges | RemoveEdges | UpdateSubflow | AddVariables | RemoveVariables | UpdateVariable | UpdateWorkflow;

export const VERSION = 1;
