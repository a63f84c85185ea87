import { useId } from "react";

export interface Bar {
  /** What the bar is about, such as a time. */
  label: string;
  value: number;
  /** Part of the value that is drawn as bad. */
  bad?: number;
}

interface Props {
  title: string;
  total: string;
  bars: Bar[];
  say: (value: number) => string;
}

const HEIGHT = 48;

/** Values over time as small bars: the whole is told in words, each bar when it is pointed at. */
export function Bars({ title, total, bars, say }: Props) {
  const id = useId();
  const most = Math.max(...bars.map((one) => one.value), 0) || 1;
  const tall = (value: number) => (value ? Math.max(1.5, (value / most) * HEIGHT) : 0);
  return (
    <figure className="grid gap-2 rounded-lg border border-line bg-card px-4 pt-3 pb-2" aria-labelledby={id}>
      <figcaption id={id} className="flex items-baseline gap-2">
        <span className="truncate text-sm text-soft">{title}</span>
        <span className="ml-auto font-semibold whitespace-nowrap tabular-nums">{total}</span>
      </figcaption>
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${bars.length * 4} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-12 w-full"
      >
        {bars.map((one, at) => (
          <g key={one.label}>
            <title>{`${one.label}: ${say(one.value)}${one.bad ? `, ${one.bad} failed` : ""}`}</title>
            <rect x={at * 4} y={0} width={4} height={HEIGHT} fill="transparent" />
            <rect
              x={at * 4 + 0.5}
              y={HEIGHT - tall(one.value)}
              width={3}
              height={tall(one.value)}
              fill="var(--strong)"
            />
            {one.bad ? (
              <rect x={at * 4 + 0.5} y={HEIGHT - tall(one.bad)} width={3} height={tall(one.bad)} fill="var(--bad)" />
            ) : null}
          </g>
        ))}
      </svg>
    </figure>
  );
}
