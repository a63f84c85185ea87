import { type KeyboardEvent, type PointerEvent, useRef } from "react";

interface Props {
  label: string;
  /** Pixels of what lies below it. */
  value: number;
  least: number;
  most: number;
  onChange: (value: number) => void;
}

const STEP = 24;

/** The upper edge of a part of the page, to be dragged or moved by the arrow keys. */
export function Divider({ label, value, least, most, onChange }: Props) {
  const from = useRef<number>(undefined);
  const set = (next: number) => onChange(Math.round(Math.min(most, Math.max(least, next))));
  const press = (event: KeyboardEvent) => {
    const by = event.key === "ArrowUp" ? STEP : event.key === "ArrowDown" ? -STEP : 0;
    if (!by) return;
    event.preventDefault();
    set(value + by);
  };
  const grip = (event: PointerEvent<HTMLHRElement>) => {
    from.current = event.clientY + value;
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  return (
    <hr
      tabIndex={0}
      aria-label={label}
      aria-orientation="horizontal"
      aria-valuenow={value}
      aria-valuemin={least}
      aria-valuemax={most}
      className="absolute inset-x-0 -top-1 z-10 m-0 h-2 cursor-row-resize touch-none border-0 hover:bg-accent/25 focus-visible:bg-accent/25"
      onKeyDown={press}
      onPointerDown={grip}
      onPointerMove={(event) => from.current !== undefined && set(from.current - event.clientY)}
      onPointerUp={() => {
        from.current = undefined;
      }}
    />
  );
}
