/** What a browser keeps so that the app opens without a network: its own files, and the few facts that it is drawn with. */

import { Refusal } from "../api/client";
import { session } from "../session";

const FACTS = "sim-facts";

/** Have the browser keep the app's files; a page that is not built, or not safe, goes without. */
export function keepApp(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  void navigator.serviceWorker.register("/worker.js").catch(() => undefined);
}

const placeOf = (name: string) => `/kept/${encodeURIComponent(session.person())}/${name}`;

/** Read something, and keep it; when the server does not answer, what was kept last of this person. */
export async function readOrKept<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    const found = await read();
    void keep(name, found);
    return found;
  } catch (error) {
    const kept = isLost(error) ? await recall<T>(name) : undefined;
    if (kept === undefined) throw error;
    return kept;
  }
}

/** Whether the server did not answer at all. */
export const isLost = (error: unknown): boolean => error instanceof Refusal && !error.status;

export async function keep(name: string, fact: unknown): Promise<void> {
  if (!session.person() || !("caches" in globalThis)) return;
  const kept = await caches.open(FACTS).catch(() => undefined);
  await kept?.put(placeOf(name), new Response(JSON.stringify(fact))).catch(() => undefined);
}

export async function recall<T>(name: string): Promise<T | undefined> {
  if (!session.person() || !("caches" in globalThis)) return undefined;
  const kept = await (await caches.open(FACTS)).match(placeOf(name));
  return kept?.json();
}

/** Somebody signs out: nothing of theirs stays to be opened. */
export async function forgetApp(): Promise<void> {
  if (!("caches" in globalThis)) return;
  const ours = (await caches.keys()).filter((name) => name.startsWith("sim-"));
  await Promise.all(ours.map((name) => caches.delete(name)));
  const workers = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  await Promise.all(workers.map((one) => one.unregister()));
}
