/** A page in a frame of another site may be denied its storage; what it keeps then lives as long as the page. */

function memory(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    key: (at) => [...kept.keys()][at] ?? null,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
    clear: () => kept.clear(),
  };
}

for (const name of ["localStorage", "sessionStorage"] as const)
  try {
    void globalThis[name];
  } catch {
    Object.defineProperty(globalThis, name, { value: memory() });
  }
