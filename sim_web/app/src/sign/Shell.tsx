import { type ReactNode, useEffect } from "react";

interface Props {
  title: string;
  about?: ReactNode;
  children?: ReactNode;
  foot?: ReactNode;
}

/** What pages before the door look like. */
export function Shell({ title, about, children, foot }: Props) {
  useEffect(() => {
    document.title = `${title} · Sim`;
  }, [title]);
  return (
    <main className="grid h-full grid-rows-[14vh_auto_1fr] overflow-auto p-6">
      <span />
      <div className="mx-auto grid w-full max-w-[360px] content-start gap-6">
        <header className="grid justify-items-center gap-3 text-center">
          <img src="/icon.svg" alt="Sim" className="size-10" />
          <div className="grid gap-1">
            <h1 className="text-xl font-semibold">{title}</h1>
            {about ? <p className="text-balance text-soft">{about}</p> : null}
          </div>
        </header>
        <div className="grid gap-4 rounded-lg border border-line bg-card p-6">{children}</div>
        {foot ? <footer className="text-center text-soft">{foot}</footer> : null}
      </div>
      <span />
    </main>
  );
}
