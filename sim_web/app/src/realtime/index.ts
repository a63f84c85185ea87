/** The realtime client: see README.md. */

export { openWorkflow } from "./client";
export * from "./document";
export { inverse } from "./inverse";
export { apply, applyAll, digest } from "./reduce";
export { createSession } from "./session";
export { IndexedStorage, MemoryStorage, type Storage } from "./storage";
export type * from "./types";
