/** A colour for each person: their own, and no two alike among those who are here. */

/** White is read on each of them, and each is told from the page, by day and by night. */
export const COLORS = [
  "#c2410c",
  "#0f766e",
  "#7e22ce",
  "#be185d",
  "#1d4ed8",
  "#4d7c0f",
  "#a16207",
  "#0e7490",
  "#b91c1c",
  "#4338ca",
  "#15803d",
  "#6b7280",
] as const;

/** Who is here, and which colour each of them has. */
const seats = new Map<string, number>();

/** These are here now: who was here before keeps their colour, who comes gets theirs, or the next that is free. */
export function seat(ids: readonly string[]): void {
  const here = new Set(ids);
  for (const id of seats.keys()) if (!here.has(id)) seats.delete(id);
  for (const id of [...here].sort()) if (!seats.has(id)) seats.set(id, free(wished(id)));
}

export function colorOf(id: string): string {
  return COLORS[(seats.get(id) ?? wished(id)) % COLORS.length] ?? COLORS[0];
}

function wished(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return sum % COLORS.length;
}

/** The colour itself, or the first after it that nobody has; with more people than colours, the one wished for. */
function free(wish: number): number {
  const taken = new Set(seats.values());
  for (let step = 0; step < COLORS.length; step++) {
    const one = (wish + step) % COLORS.length;
    if (!taken.has(one)) return one;
  }
  return wish;
}

export const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((part) => part[0] ?? "")
    .join("")
    .slice(0, 2)
    .toUpperCase() || "?";
