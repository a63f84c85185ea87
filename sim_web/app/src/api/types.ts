export interface Block {
  id: string;
  type: string;
  name: string;
  position?: { x?: number; y?: number };
  values?: Record<string, unknown>;
  enabled?: boolean;
  parent?: string;
  size?: [number, number];
}
export interface Edge {
  id: string;
  source: string;
  target: string;
  source_handle?: string;
}
export interface Document {
  name?: string;
  description?: string;
  blocks?: Record<string, Block>;
  edges?: Record<string, Edge>;
}
export interface Summary {
  id: string;
  name: string;
  description?: string;
  updated_at?: string;
}
export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}
export interface BlockType {
  id: string;
  title: string;
  doc: string;
  color?: string;
  category: string;
}
export interface Run {
  id: string;
  workflow_id: string;
  status: string;
  started_at?: string;
  ended_at?: string | null;
  duration_ms?: number | null;
  output?: unknown;
  error?: { message: string } | null;
}
export type State = "running" | "done" | "failed" | "paused";
