/** Addresses of the app: the one place that reads and writes the location. */

import { useSyncExternalStore } from "react";

export type Route =
  | { page: "workflows" }
  | { page: "editor"; id: string }
  | { page: "link"; id: string }
  | { page: "runs" }
  | { page: "run"; id: string }
  | { page: "files" }
  | { page: "integrations" }
  | { page: "settings"; tab: string }
  | { page: "lost" };

const PATTERNS: [RegExp, (id: string) => Route][] = [
  [/^\/$/, () => ({ page: "workflows" })],
  [/^\/workflows\/?$/, () => ({ page: "workflows" })],
  [/^\/workflows\/([\w-]+)$/, (id) => ({ page: "editor", id })],
  [/^\/w\/([\w-]+)$/, (id) => ({ page: "link", id })],
  [/^\/runs\/?$/, () => ({ page: "runs" })],
  [/^\/runs\/([\w-]+)$/, (id) => ({ page: "run", id })],
  [/^\/files\/?$/, () => ({ page: "files" })],
  [/^\/integrations\/?$/, () => ({ page: "integrations" })],
  [/^\/settings\/?([\w-]*)$/, (tab) => ({ page: "settings", tab })],
];

export function routeOf(path: string): Route {
  for (const [pattern, make] of PATTERNS) {
    const found = pattern.exec(path);
    if (found) return make(found[1] ?? "");
  }
  return { page: "lost" };
}

const subscribe = (listener: () => void) => {
  addEventListener("popstate", listener);
  return () => removeEventListener("popstate", listener);
};

export function go(path: string, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", path);
  else if (path !== location.pathname + location.search) history.pushState(null, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
}

/** Load the app anew at an address, with nothing left of what was known; whoever waits for this waits until it is gone. */
export function anew(path: string): Promise<never> {
  location.assign(path);
  return new Promise(() => undefined);
}

/** Say in the address what is open within the page, so that it can be sent to somebody; nothing is gone to. */
export function mark(name: string, value: string) {
  const words = new URLSearchParams(location.search);
  if ((words.get(name) ?? "") === value) return;
  if (value) words.set(name, value);
  else words.delete(name);
  history.replaceState(history.state, "", `${location.pathname}${words.size ? `?${words}` : ""}`);
}

export const usePath = () => useSyncExternalStore(subscribe, () => location.pathname);
export const useSearch = () => new URLSearchParams(useSyncExternalStore(subscribe, () => location.search));
