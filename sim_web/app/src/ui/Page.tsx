import { type ReactNode, useEffect } from "react";
import { cx } from "./cx";

/** A page of the frame: its title, what can be done with it, and the rest. */
export function Page({
  title,
  about,
  actions,
  whole,
  wide,
  children,
}: {
  title: string;
  about?: string;
  actions?: ReactNode;
  /** Whether it fills the window and what is in it scrolls, instead of the page. */
  whole?: boolean;
  wide?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Sim`;
  }, [title]);
  return (
    <main className="h-full overflow-auto">
      <div
        className={
          whole
            ? "mx-auto flex h-full max-w-[1400px] flex-col gap-4 px-8 py-8"
            : cx("mx-auto grid grid-cols-1 content-start gap-6 px-8 py-8", wide ? "max-w-6xl" : "max-w-5xl")
        }
      >
        <header className="flex flex-wrap items-start gap-3">
          <div className="min-w-0 flex-1">
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
