/** A colour for each person, the same for everybody. */

const COLORS = ["#c2410c", "#0f766e", "#7e22ce", "#be185d", "#1d4ed8", "#4d7c0f", "#a16207", "#0e7490"];

export function colorOf(id: string): string {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return COLORS[sum % COLORS.length] ?? "#1d4ed8";
}

export const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((part) => part[0] ?? "")
    .join("")
    .slice(0, 2)
    .toUpperCase() || "?";
