import { useBlockTypes } from "../api/queries";
import { containerOf } from "../model/ports";
import type { Box } from "./map";

const STROKES: Record<string, string> = {
  failed: "var(--bad)",
  handled: "var(--busy)",
  running: "var(--busy)",
  paused: "var(--accent)",
  finished: "var(--good)",
  added: "var(--good)",
  changed: "var(--busy)",
  removed: "var(--bad)",
};

/** They are what a drawing of two states is there for. */
const CHANGES = new Set(["added", "changed", "removed"]);

export function MapShape({
  box,
  mark,
  otherwise,
  chosen,
  onChoose,
}: {
  box: Box;
  mark?: string;
  otherwise: string;
  chosen: boolean;
  onChoose: (block: string) => void;
}) {
  const { block, x, y, width, height } = box;
  const types = useBlockTypes();
  const color = types.find((one) => one.id === block.type)?.color || "#64748b";
  const isBox = Boolean(containerOf(block));
  const choose = () => onChoose(block.id);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a shape of a drawing cannot be a button
    <g
      role="button"
      tabIndex={0}
      aria-pressed={chosen}
      aria-label={`${block.name}: ${mark ?? otherwise}`}
      className="cursor-pointer"
      onClick={choose}
      onKeyDown={(event) => (event.key === "Enter" || event.key === " ") && choose()}
      opacity={mark ? 1 : 0.55}
    >
      <rect
        {...{ x, y, width, height }}
        rx={10}
        fill={isBox ? "transparent" : "var(--card)"}
        stroke={chosen ? "var(--accent)" : (STROKES[mark ?? ""] ?? "var(--line)")}
        strokeWidth={chosen || CHANGES.has(mark ?? "") ? 4 : 2}
        strokeDasharray={isBox || mark === "removed" ? "8 6" : undefined}
      />
      <rect x={x + 14} y={y + (isBox ? 10 : 16)} width={24} height={24} rx={6} fill={color} />
      <text x={x + 48} y={y + (isBox ? 29 : 35)} fontSize={21} fontWeight={600} fill="var(--text)">
        {block.name.length > 16 ? `${block.name.slice(0, 15)}…` : block.name}
      </text>
    </g>
  );
}
