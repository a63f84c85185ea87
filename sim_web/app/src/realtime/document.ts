/** The workflow document and its operations, with every default filled in. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
// biome-ignore lint/suspicious/noExplicitAny: what a plugin's field holds is for the plugin to say
export type Any = any;
export type Values = Readonly<Record<string, Any>>;

export interface Position {
  readonly x: number;
  readonly y: number;
}

export interface Retry {
  readonly tries: number;
  readonly wait_ms: number;
}

/** An output that stands in for a block while its workflow is being built, and the port it leaves by. */
export interface Pin {
  readonly output: Any;
  readonly port: string | null;
}

export interface Block {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly position: Position;
  readonly values: Values;
  readonly enabled: boolean;
  readonly locked: boolean;
  readonly advanced: boolean;
  readonly trigger: boolean;
  readonly error_port: boolean;
  readonly retry: Retry | null;
  readonly timeout_s: number | null;
  readonly pinned: Pin | null;
  readonly parent: string | null;
  readonly size: readonly [number, number] | null;
  readonly modes: Readonly<Record<string, string>>;
  readonly extra: Values;
}

export interface Edge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly source_handle: string;
  readonly target_handle: string;
}

export interface Loop {
  readonly kind: "loop";
  readonly id: string;
  readonly loop_type: "for" | "for_each" | "while" | "do_while";
  readonly iterations: number | string | null;
  readonly collection: Any;
  readonly condition: string;
  readonly language: "python" | "javascript";
}

export interface Parallel {
  readonly kind: "parallel";
  readonly id: string;
  readonly parallel_type: "count" | "collection";
  readonly count: number | string | null;
  readonly collection: Any;
  readonly batch_size: number;
}

export type Subflow = Loop | Parallel;
export type VariableType = "string" | "number" | "boolean" | "object" | "array" | "plain";

export interface Variable {
  readonly id: string;
  readonly name: string;
  readonly type: VariableType;
  readonly value: Any;
}

export interface Document {
  readonly name: string;
  readonly description: string;
  readonly blocks: Readonly<Record<string, Block>>;
  readonly edges: Readonly<Record<string, Edge>>;
  readonly subflows: Readonly<Record<string, Subflow>>;
  readonly variables: Readonly<Record<string, Variable>>;
}

/** As it may be written: facts that have their default can be left out. */
export type NewBlock = Pick<Block, "id" | "type" | "name"> &
  Partial<Omit<Block, "position">> & { position?: Partial<Position> };
export type NewEdge = Pick<Edge, "id" | "source" | "target"> & Partial<Edge>;
export type NewSubflow =
  | (Pick<Loop, "kind" | "id"> & Partial<Loop>)
  | (Pick<Parallel, "kind" | "id"> & Partial<Parallel>);
export type NewVariable = Pick<Variable, "id" | "name"> & Partial<Variable>;
export type NewDocument = {
  name?: string;
  description?: string;
  blocks?: Record<string, NewBlock>;
  edges?: Record<string, NewEdge>;
  subflows?: Record<string, NewSubflow>;
  variables?: Record<string, NewVariable>;
};

export interface Move {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

export interface Reparent extends Move {
  readonly parent: string | null;
  readonly drop_edges?: readonly string[];
}

export interface BlockChange {
  readonly id: string;
  /** name, type, enabled, locked, advanced, trigger, error_port, retry, timeout_s, pinned, size, modes, `modes.<pair>`, extra */
  readonly set: Values;
}

export interface ValueChange {
  readonly block_id: string;
  readonly field: string;
  /** `null` clears the field. */
  readonly value?: Any;
  /** Refuse when another value stands there. */
  readonly expected?: Any;
}

export type AddBlocks = {
  op: "block.add";
  blocks: readonly NewBlock[];
  edges?: readonly NewEdge[];
  subflows?: readonly NewSubflow[];
};
/** `edges` says which edges went along, in an effective operation. */
export type RemoveBlocks = { op: "block.remove"; ids: readonly string[]; edges?: readonly string[] };
export type MoveBlocks = { op: "block.move"; items: readonly Move[] };
export type ReparentBlocks = { op: "block.parent"; items: readonly Reparent[] };
export type UpdateBlocks = { op: "block.update"; items: readonly BlockChange[] };
export type UpdateValues = { op: "value.update"; items: readonly ValueChange[] };
export type AddEdges = { op: "edge.add"; edges: readonly NewEdge[] };
export type RemoveEdges = { op: "edge.remove"; ids: readonly string[] };
export type UpdateSubflow = { op: "subflow.update"; id: string; set: Values };
export type AddVariables = { op: "variable.add"; variables: readonly NewVariable[] };
export type RemoveVariables = { op: "variable.remove"; ids: readonly string[] };
export type UpdateVariable = { op: "variable.update"; id: string; set: Values };
export type UpdateWorkflow = { op: "workflow.update"; set: Values };

export type Operation =
  | AddBlocks
  | RemoveBlocks
  | MoveBlocks
  | ReparentBlocks
  | UpdateBlocks
  | UpdateValues
  | AddEdges
  | RemoveEdges
  | UpdateSubflow
  | AddVariables
  | RemoveVariables
  | UpdateVariable
  | UpdateWorkflow;

/** Why one item of an operation cannot be done, and what stands there now. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly pointer: string;
  readonly index: number;
  readonly now?: Any;
}

/** `effective` is what really changed, `null` when everything was so already; with refusals nothing has changed. */
export interface Applied {
  readonly document: Document;
  readonly effective: Operation | null;
  readonly refusals: readonly Refusal[];
}

export const EMPTY: Document = { name: "", description: "", blocks: {}, edges: {}, subflows: {}, variables: {} };

const NOTHING: Values = {};

export function fullBlock(given: NewBlock): Block {
  return {
    id: given.id,
    type: given.type,
    name: given.name,
    position: { x: given.position?.x ?? 0, y: given.position?.y ?? 0 },
    values: given.values ?? NOTHING,
    enabled: given.enabled ?? true,
    locked: given.locked ?? false,
    advanced: given.advanced ?? false,
    trigger: given.trigger ?? false,
    error_port: given.error_port ?? false,
    retry: given.retry ? fullRetry(given.retry) : null,
    timeout_s: given.timeout_s ?? null,
    pinned: given.pinned ? fullPin(given.pinned) : null,
    parent: given.parent ?? null,
    size: given.size ?? null,
    modes: given.modes ?? (NOTHING as Record<string, string>),
    extra: given.extra ?? NOTHING,
  };
}

export function fullRetry(given: Partial<Retry>): Retry {
  return { tries: given.tries ?? 3, wait_ms: given.wait_ms ?? 1000 };
}

export function fullPin(given: Partial<Pin>): Pin {
  return { output: given.output ?? null, port: given.port === undefined ? "source" : given.port };
}

export function fullEdge(given: NewEdge): Edge {
  return {
    id: given.id,
    source: given.source,
    target: given.target,
    source_handle: given.source_handle ?? "source",
    target_handle: given.target_handle ?? "target",
  };
}

export function fullSubflow(given: NewSubflow): Subflow {
  if (given.kind === "loop") {
    return {
      kind: "loop",
      id: given.id,
      loop_type: given.loop_type ?? "for",
      iterations: given.iterations ?? null,
      collection: given.collection ?? null,
      condition: given.condition ?? "",
      language: given.language ?? "python",
    };
  }
  return {
    kind: "parallel",
    id: given.id,
    parallel_type: given.parallel_type ?? "count",
    count: given.count ?? null,
    collection: given.collection ?? null,
    batch_size: given.batch_size ?? 20,
  };
}

export function fullVariable(given: NewVariable): Variable {
  return { id: given.id, name: given.name, type: given.type ?? "plain", value: given.value ?? null };
}

/** A document as the server sends it, with what it left out. */
export function fullDocument(given: NewDocument): Document {
  return {
    name: given.name ?? "",
    description: given.description ?? "",
    blocks: each(given.blocks, fullBlock),
    edges: each(given.edges, fullEdge),
    subflows: each(given.subflows, fullSubflow),
    variables: each(given.variables, fullVariable),
  };
}

/** What stands under an id, whatever the id is called. */
export function at<T>(record: Readonly<Record<string, T>>, id: string | null | undefined): T | undefined {
  return id !== null && id !== undefined && Object.hasOwn(record, id) ? record[id] : undefined;
}

/** Write under an id; `__proto__` is an id like any other. */
export function put<T>(record: Record<string, T>, id: string, value: T): void {
  if (id === "__proto__") {
    Object.defineProperty(record, id, { value, enumerable: true, configurable: true, writable: true });
  } else {
    record[id] = value;
  }
}

export function without<T>(record: Readonly<Record<string, T>>, gone: ReadonlySet<string>): Record<string, T> {
  const kept: Record<string, T> = {};
  for (const [id, value] of Object.entries(record)) if (!gone.has(id)) put(kept, id, value);
  return kept;
}

function each<A, B>(given: Record<string, A> | undefined, full: (one: A) => B): Record<string, B> {
  const all: Record<string, B> = {};
  for (const [id, one] of Object.entries(given ?? {})) put(all, id, full(one));
  return all;
}
