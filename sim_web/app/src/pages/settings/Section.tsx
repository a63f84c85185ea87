import type { ReactNode } from "react";
import { Card } from "../../ui/Page";

interface Props {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
  danger?: boolean;
}

/** A matter of settings on a card of its own. */
export function Section({ title, about, actions, children }: Props) {
  return (
    <Card className="grid gap-4 p-5">
      <div className="flex flex-wrap items-center gap-3">
        <div className="min-w-0 flex-1 basis-60">
          <h2 className="text-lg font-semibold">{title}</h2>
          {about ? <p className="text-soft">{about}</p> : null}
        </div>
        {actions}
      </div>
      {children ? <div className="max-w-md">{children}</div> : null}
    </Card>
  );
}

/** The head of a list: what it is, and what adds to it. */
export const Head = ({ title, about, children }: { title: string; about?: ReactNode; children?: ReactNode }) => (
  <div className="flex flex-wrap items-center gap-3 not-first:mt-4">
    <div className="min-w-0 flex-1 basis-60">
      <h2 className="text-lg font-semibold">{title}</h2>
      {about ? <p className="text-soft">{about}</p> : null}
    </div>
    {children}
  </div>
);
