import type { Block, BlockType, Document, State } from "../api/types";

const WIDTH = 220;
const HEIGHT = 56;
const MARGIN = 40;

interface Placed {
  block: Block;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where each block lies on the page; what is inside a container is drawn inside it. */
export function place(document: Document): Map<string, Placed> {
  const blocks = document.blocks ?? {};
  const origin = (block: Block): [number, number] => {
    const parent = block.parent ? blocks[block.parent] : undefined;
    const [x, y] = parent ? origin(parent) : [0, 0];
    return [x + (block.position?.x ?? 0), y + (block.position?.y ?? 0)];
  };
  const placed = Object.values(blocks).map((block) => {
    const [x, y] = origin(block);
    const [width, height] = block.size ?? (isContainer(block) ? [500, 300] : [WIDTH, HEIGHT]);
    return { block, x, y, width: Math.max(width, WIDTH), height: Math.max(height, HEIGHT) };
  });
  const left = Math.min(0, ...placed.map((item) => item.x)) - MARGIN;
  const top = Math.min(0, ...placed.map((item) => item.y)) - MARGIN;
  return new Map(placed.map((item) => [item.block.id, { ...item, x: item.x - left, y: item.y - top }]));
}

const isContainer = (block: Block) => block.type === "loop" || block.type === "parallel";
const COLOURS: Record<State, string> = {
  running: "var(--busy)", done: "var(--good)", failed: "var(--bad)", paused: "var(--accent)",
};

interface Props {
  document: Document;
  types: Map<string, BlockType>;
  states: Record<string, State>;
}

export function Canvas({ document, types, states }: Props) {
  const placed = place(document);
  const all = [...placed.values()].sort((a, b) => b.width * b.height - a.width * a.height);
  const right = Math.max(400, ...all.map((item) => item.x + item.width)) + MARGIN;
  const bottom = Math.max(160, ...all.map((item) => item.y + item.height)) + MARGIN;
  return (
    <div className="card canvas" tabIndex={0} role="region" aria-label="Canvas">
      <svg width={right} height={bottom} role="img" aria-label={`Workflow of ${all.length} blocks`}>
        {Object.values(document.edges ?? {}).map((edge) => (
          <Line key={edge.id} from={placed.get(edge.source)} to={placed.get(edge.target)} failed={edge.source_handle === "error"} />
        ))}
        {all.map((item) => (
          <Card key={item.block.id} item={item} type={types.get(item.block.type.split("@")[0] ?? "")} state={states[item.block.id]} />
        ))}
      </svg>
    </div>
  );
}

function Line({ from, to, failed }: { from?: Placed; to?: Placed; failed: boolean }) {
  if (!from || !to) return null;
  const inside = to.block.parent === from.block.id;
  const x1 = inside ? from.x + 8 : from.x + from.width;
  const y1 = inside ? from.y + 40 : from.y + Math.min(from.height, HEIGHT) / 2;
  const [x2, y2] = [to.x, to.y + Math.min(to.height, HEIGHT) / 2];
  const bend = Math.max(24, Math.abs(x2 - x1) / 2);
  return (
    <path d={`M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`} fill="none"
      stroke={failed ? "var(--bad)" : "var(--soft)"} strokeWidth={1.5} />
  );
}

function Card({ item, type, state }: { item: Placed; type?: BlockType; state?: State }) {
  const { block, x, y, width, height } = item;
  const missing = !type;
  return (
    <g transform={`translate(${x} ${y})`} opacity={block.enabled === false ? 0.5 : 1}>
      <title>{missing ? `No plugin for ${block.type} is installed` : type.doc}</title>
      <rect width={width} height={height} rx={8} fill={isContainer(block) ? "transparent" : "var(--card)"}
        stroke={state ? COLOURS[state] : missing ? "var(--bad)" : "var(--line)"} strokeWidth={state ? 2 : 1}
        strokeDasharray={missing ? "4 3" : undefined} />
      <rect x={12} y={12} width={8} height={32} rx={4} fill={type?.color || "var(--soft)"} />
      <text x={32} y={25} fill="var(--text)" fontSize={13} fontWeight={600}>{shorten(block.name)}</text>
      <text x={32} y={43} fill="var(--soft)" fontSize={12}>{missing ? `${block.type} is missing` : type.title}</text>
    </g>
  );
}

const shorten = (name: string) => (name.length > 24 ? `${name.slice(0, 23)}…` : name);
