/** Who this tab is: the one place that knows how a request is signed. */

const KEY = "sim.key";
const listeners = new Set<() => void>();

export const session = {
  key: () => sessionStorage.getItem(KEY) ?? "",
  isOpen: () => Boolean(sessionStorage.getItem(KEY)),
  headers: (): Record<string, string> => ({ "X-API-Key": session.key() }),
  open(key: string) {
    sessionStorage.setItem(KEY, key);
    for (const tell of listeners) tell();
  },
  close() {
    sessionStorage.removeItem(KEY);
    for (const tell of listeners) tell();
  },
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};

export type Session = typeof session;
