import type { CSSProperties, ReactNode } from "react";
import { isSpeaking, type Step } from "../run/view";
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
      <Watchers id={id} />
      {step ? <StepBadge step={step} /> : null}
      {step?.state === "failed" && step.message ? <Why message={step.message} /> : null}
      {step && isSpeaking(step) ? <Speech step={step} /> : null}
    </div>
  );
}

/** The end of what a block says while it speaks, below it: it takes no room of its own. */
const Speech = ({ step }: { step: Step }) => (
  <p
    data-speech
    className="pointer-events-none absolute top-full right-0 left-0 z-10 mt-2 flex max-h-16 flex-col justify-end overflow-hidden rounded-md border border-line bg-raised px-2 py-1 text-sm [overflow-wrap:anywhere]"
  >
    {step.text ? tail(step.text) : <span className="text-soft">Uses {step.tools?.at(-1)}…</span>}
  </p>
);

/** Why a block failed, below it: the whole is in the console. */
const Why = ({ message }: { message: string }) => (
  <p
    data-why
    className="pointer-events-none absolute top-full right-0 left-0 z-10 mt-2 line-clamp-3 rounded-md border border-line bg-bad-wash px-2 py-1 text-sm text-bad [overflow-wrap:anywhere]"
  >
    {message}
  </p>
);

const SEEN = 160;
const tail = (text: string) => (text.length > SEEN ? `…${text.slice(-SEEN)}` : text);

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
