import { useMemo } from "react";
import { encode } from "uqr";

/** A text as a code to scan: always dark on white, since cameras want it so. */
export function Qr({ text, label, size }: { text: string; label: string; size: number }) {
  const { path, side } = useMemo(() => {
    const code = encode(text, { border: 2 });
    const cells = code.data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")));
    return { path: cells.join(""), side: code.size };
  }, [text]);
  return (
    <svg role="img" aria-label={label} width={size} height={size} viewBox={`0 0 ${side} ${side}`} className="shrink-0">
      <rect width={side} height={side} rx={1} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}
