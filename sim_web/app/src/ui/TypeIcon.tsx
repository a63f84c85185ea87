import { iconOf } from "./icons";

/** A block type's sign: its icon on its colour, or its first letter where it has none. */
export function TypeIcon({
  title,
  color,
  icon,
  size = 24,
}: {
  title: string;
  color?: string;
  icon?: string;
  size?: number;
}) {
  const Icon = iconOf(icon);
  return (
    <span
      aria-hidden
      className="grid shrink-0 place-items-center rounded-md font-semibold text-white inset-ring inset-ring-white/15"
      style={{ width: size, height: size, background: color || "#64748b", fontSize: size * 0.48 }}
    >
      {Icon ? <Icon size={size * 0.58} strokeWidth={2} /> : title.slice(0, 1)}
    </span>
  );
}
