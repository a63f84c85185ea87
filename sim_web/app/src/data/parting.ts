/** What stays in this browser of somebody who signs out: nothing, unless they want their unsent changes kept. */

import { session } from "../session";
import { forgetApp } from "./offline";

const GONE = "sim.gone";
/** How long changes that are on their way are waited for. */
const PATIENCE_MS = 2_000;
const STEP_MS = 100;

async function keptOf(person: string) {
  const { PersonsStorage } = await import("../realtime/storage");
  return new PersonsStorage(person);
}

/** How many changes of the person the server lacks, after what is on its way has had a moment to arrive. */
export async function unsent(): Promise<number> {
  const person = session.person();
  if (!person || typeof indexedDB === "undefined") return 0;
  const kept = await keptOf(person);
  let count = await kept.unsent();
  for (let waited = 0; count && navigator.onLine && waited < PATIENCE_MS; waited += STEP_MS) {
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    count = await kept.unsent();
  }
  return count;
}

/** Forget what is kept of somebody; unsent changes stay where they are when they are to be kept. */
export async function forgetPerson(person: string, { keep = false } = {}): Promise<void> {
  await forgetApp().catch(() => undefined);
  if (!person || typeof indexedDB === "undefined") return;
  // another tab may write once more before it goes: the door looks again
  if (!keep) localStorage.setItem(GONE, person);
  const kept = await keptOf(person);
  await (keep ? kept.forgetWhatWasSent() : kept.forget()).catch(() => undefined);
}

/** At the door: whatever a tab wrote after its person had left. */
export async function sweep(): Promise<void> {
  const person = localStorage.getItem(GONE);
  if (person) await keptOf(person).then((kept) => kept.forget());
}

/** Somebody is in, and keeps things again. */
export const settle = () => localStorage.removeItem(GONE);
