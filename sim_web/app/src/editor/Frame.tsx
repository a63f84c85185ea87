import type { CSSProperties, ReactNode } from "react";
import type { Step } from "../run/view";
import { Watchers } from "../together/Watchers";
import { cx } from "../ui/cx";
import { lasted } from "../ui/when";

const RINGS: Record<string, string> = {
  running: "outline-busy",
  done: "outline-good",
  failed: "outline-bad",
  handled: "outline-busy",
  paused: "outline-accent",
};

interface Props {
  id: string;
  selected: boolean;
  faded: boolean;
  step?: Step;
  /** The colour of its type, by which it is told from afar. */
  color: string;
  className?: string;
  children: ReactNode;
}

declare global {
  /** How often each block was rendered; there only when somebody measures it. */
  var simRenders: Map<string, number> | undefined;
}

/** What every block has around it: whether it is chosen, how it ran, and who looks at it. */
export function NodeFrame({ id, selected, faded, step, color, className, children }: Props) {
  globalThis.simRenders?.set(id, (globalThis.simRenders.get(id) ?? 0) + 1);
  return (
    <div
      data-state={step?.state}
      style={{ "--tone": color } as CSSProperties}
      className={cx(
        "relative rounded-lg border bg-card transition-[outline-color]",
        selected ? "border-accent shadow-[0_0_0_1px_var(--accent)]" : "border-line shadow-sm",
        step && `outline-2 outline-offset-2 outline-solid ${RINGS[step.state]}`,
        faded && "border-dashed bg-page grayscale",
        className,
      )}
    >
      {children}
      {step ? <StepBadge step={step} /> : null}
      <Watchers id={id} />
    </div>
  );
}

function StepBadge({ step }: { step: Step }) {
  const tone = step.state === "failed" ? "bg-bad-wash text-bad" : "bg-raised text-soft";
  return (
    <span
      className={cx("absolute -top-3 right-2 rounded-full border border-line px-2 text-xs leading-5", tone)}
      title={step.message}
    >
      {step.state === "running"
        ? "running…"
        : step.state === "failed"
          ? "failed"
          : step.state === "paused"
            ? "waits"
            : step.pinned
              ? "pinned"
              : lasted(step.ms)}
    </span>
  );
}
