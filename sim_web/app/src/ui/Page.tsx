import { type ReactNode, useEffect } from "react";
import { cx } from "./cx";

/** A page of the frame: its title, what can be done with it, and the rest. */
export function Page({
  title,
  about,
  actions,
  whole,
  children,
}: {
  title: string;
  about?: string;
  actions?: ReactNode;
  /** Whether it fills the window and what is in it scrolls, instead of the page. */
  whole?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Sim`;
  }, [title]);
  return (
    <main tabIndex={-1} className="h-full overflow-auto outline-none">
      <div
        className={
          // one width for all, so that nothing jumps from page to page
          cx(
            "mx-auto max-w-[1120px] px-4 py-5 sm:px-8 sm:py-8",
            whole ? "flex h-full min-h-140 flex-col gap-4" : "grid grid-cols-1 content-start gap-6",
          )
        }
      >
        <header className="flex flex-wrap items-start gap-3">
          <div className="min-w-0 flex-1 max-sm:basis-full">
            <h1 className="text-xl font-semibold">{title}</h1>
            {about ? <p className="text-soft">{about}</p> : null}
          </div>
          {actions}
        </header>
        {children}
      </div>
    </main>
  );
}

export const Card = ({ children, className = "" }: { children: ReactNode; className?: string }) => (
  <section className={`rounded-lg border border-line bg-card ${className}`}>{children}</section>
);
