import { CircleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Refusal } from "../api/client";
import { Button } from "./Button";
import { cx } from "./cx";

export function Empty({ icon: Icon, title, children }: { icon: LucideIcon; title: string; children?: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-2 px-6 py-12 text-center">
      <span className="grid size-10 place-items-center rounded-lg bg-hover text-soft">
        <Icon size={20} aria-hidden />
      </span>
      <p className="text-lg font-semibold">{title}</p>
      <div className="grid max-w-[440px] justify-items-center gap-3 text-balance text-soft">{children}</div>
    </div>
  );
}

export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const refusal = error instanceof Refusal ? error : undefined;
  return (
    <div role="alert" className="flex items-start gap-3 rounded-lg border border-line bg-bad-wash px-4 py-3">
      <CircleAlert size={16} className="mt-0.5 shrink-0 text-bad" aria-hidden />
      <div className="grid gap-1">
        <p className="font-medium">{error instanceof Error ? error.message : String(error)}</p>
        {refusal?.problems.length ? (
          <ul className="list-disc pl-4 text-soft">
            {refusal.problems.slice(0, 6).map((one) => (
              <li key={one.pointer + one.code}>{one.message}</li>
            ))}
          </ul>
        ) : null}
        {onRetry ? (
          <div>
            <Button onClick={onRetry}>Try again</Button>
          </div>
        ) : null}
      </div>
    </div>
  );
}

interface Asked {
  error: unknown;
  refetch: () => unknown;
}

/** What was asked for and is not here: why it cannot be had, or what it will be like. */
export const Coming = ({ asked, rows }: { asked: Asked; rows?: number }) =>
  asked.error ? <Failed error={asked.error} onRetry={() => void asked.refetch()} /> : <Skeleton rows={rows} />;

interface Listing {
  listed: Asked & { isPending: boolean };
  /** Nothing of it is here yet. */
  isEmpty: boolean;
  children: ReactNode;
}

/** A list in a card: why it cannot be had, what it will be like, or itself. */
export function Listed({ listed, isEmpty, children }: Listing) {
  const failed = Boolean(listed.error) && isEmpty;
  if (!failed && !listed.isPending) return children;
  return (
    <div className="p-4">
      <Coming asked={listed} rows={8} />
    </div>
  );
}

interface Awaited {
  rows?: number;
  /** How the pieces stand, and what each is like, where they are not rows. */
  grid?: string;
  piece?: string;
}

export function Skeleton({ rows = 6, grid = "gap-2", piece = "h-9" }: Awaited) {
  return (
    <div role="status" aria-label="Loading" className={cx("grid", grid)}>
      {Array.from({ length: rows }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces are all alike
        <div key={at} className={cx("skeleton", piece)} style={{ opacity: 1 - at / (rows + 1) }} />
      ))}
    </div>
  );
}

const TONES: Record<string, string> = {
  running: "text-busy",
  pending: "text-soft",
  finished: "text-good",
  done: "text-good",
  failed: "text-bad",
  paused: "text-accent",
  cancelled: "text-soft",
  handled: "text-busy",
};
export function StatusDot({ status }: { status: string }) {
  return (
    <span className={`inline-flex items-center gap-1.5 ${TONES[status] ?? "text-soft"}`}>
      <span className="size-2 rounded-full bg-current" aria-hidden />
      <span className="inline-block text-text first-letter:uppercase">{status}</span>
    </span>
  );
}
