/** A colour for each person: their own, and no two alike among those who are here. */

import { COLORS, ownColor } from "../ui/person";

/** Who is here, and which colour each of them has. */
const seats = new Map<string, number>();

/** These are here now: who was here before keeps their colour, who comes gets theirs, or the next that is free. */
export function seat(ids: readonly string[]): void {
  const here = new Set(ids);
  for (const id of seats.keys()) if (!here.has(id)) seats.delete(id);
  for (const id of [...here].sort()) if (!seats.has(id)) seats.set(id, free(ownColor(id)));
}

export function colorOf(id: string): string {
  return COLORS[(seats.get(id) ?? ownColor(id)) % COLORS.length] ?? COLORS[0];
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
