import type { UseQueryResult } from "@tanstack/react-query";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Card } from "./Page";
import { Coming, Empty } from "./States";

interface Props<T, R> {
  query: UseQueryResult<R>;
  items: (reply: R) => readonly T[];
  idOf: (one: T) => string;
  row: (one: T) => ReactNode;
  empty: { icon: LucideIcon; title: string; about: ReactNode };
  label: string;
}

/** What was asked for as rows: while it comes, when it fails, and when there is none. */
export function List<T, R>({ query, items, idOf, row, empty, label }: Props<T, R>) {
  if (!query.data) return <Coming asked={query} rows={4} />;
  const found = items(query.data);
  return (
    <Card>
      {found.length ? (
        <ul aria-label={label}>
          {found.map((one) => (
            <li
              key={idOf(one)}
              className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2 last:border-0"
            >
              {row(one)}
            </li>
          ))}
        </ul>
      ) : (
        <Empty icon={empty.icon} title={empty.title}>
          <p>{empty.about}</p>
        </Empty>
      )}
    </Card>
  );
}

/** The name of a row with a word about it below. */
export const Named = ({ name, about, badge }: { name: ReactNode; about?: ReactNode; badge?: ReactNode }) => (
  <span className="min-w-0 flex-1 basis-48">
    <span className="flex items-center gap-2">
      <span className="truncate font-medium">{name}</span>
      {badge}
    </span>
    {about ? <span className="block truncate text-sm text-soft">{about}</span> : null}
  </span>
);

export const Badge = ({ children, tone = "" }: { children: ReactNode; tone?: string }) => (
  <span className={`shrink-0 rounded-sm border border-line bg-card px-1.5 text-xs ${tone || "text-soft"}`}>
    {children}
  </span>
);
