import { Rocket } from "lucide-react";
import { Button } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { Face } from "../comments/MentionBox";
import { type useMoments, useVersions } from "./data";
import type { Moment } from "./moments";

/** A day and a time, short. */
export const whenOf = (at: string) =>
  new Date(at).toLocaleString(undefined, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });

interface Props {
  found: ReturnType<typeof useMoments>;
  moment?: Moment;
  onChoose: (seq: number) => void;
  name: (one: Moment) => string;
}

/** Who did what, the latest first; deployed versions stand where they were taken. */
export function Moments({ found, moment, onChoose, name }: Props) {
  const versions = useVersions();
  const of = (one: Moment) =>
    [...versions].filter(([seq]) => seq >= one.first && seq <= one.seq).flatMap(([, numbers]) => numbers);
  return (
    <aside aria-label="Moments" className="flex w-90 shrink-0 flex-col overflow-auto border-l border-line bg-card">
      <ol>
        {found.moments.map((one, at) => (
          <li key={one.seq}>
            <button
              type="button"
              aria-current={one === moment}
              onClick={() => onChoose(one.seq)}
              className={cx(
                "grid w-full grid-cols-[24px_1fr] items-start gap-x-3 border-b border-line px-4 py-2.5 text-left",
                one === moment ? "bg-wash" : "hover:bg-hover",
              )}
            >
              <Face id={one.actor} name={name(one)} />
              <span className="grid min-w-0">
                <span className="flex items-baseline gap-2">
                  <span className="truncate font-medium">{name(one)}</span>
                  <time dateTime={one.at} className="shrink-0 text-xs text-soft">
                    {whenOf(one.at)}
                  </time>
                  {at === 0 ? <span className="shrink-0 text-xs text-soft">Now</span> : null}
                </span>
                <span className="text-sm break-words text-soft">{one.words}</span>
                {of(one).map((version) => (
                  <span key={version} className="flex items-center gap-1 text-xs text-accent">
                    <Rocket size={12} aria-hidden /> Version {version}
                  </span>
                ))}
              </span>
            </button>
          </li>
        ))}
      </ol>
      {found.hasNextPage ? (
        <div className="p-4 text-center">
          <Button disabled={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            Earlier changes
          </Button>
        </div>
      ) : null}
    </aside>
  );
}
