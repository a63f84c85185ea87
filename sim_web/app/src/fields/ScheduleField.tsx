import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Refusal } from "../api/client";
import type { Schedule } from "../api/schema";
import { EMPTY, localZone, REPEATS, type Repeat, stored, wholeOf } from "../model/schedule";
import { Button } from "../ui/Button";
import { Pick } from "../ui/Pick";
import type { KindProps } from "./place";
import { ScheduleParts } from "./ScheduleParts";
import { upcoming } from "./upcoming";
import { useCalm } from "./useCalm";

/** When something happens again and again, with the next times as the server counts them. */
export function ScheduleField({ id, field, value, invalid, onChange }: KindProps) {
  if (value === null || value === undefined || value === "")
    return (
      <div>
        <Button
          id={id}
          aria-label={`Set a time for ${field.title}`}
          className="h-7"
          onClick={() => onChange(stored({ ...EMPTY, timezone: localZone() }))}
        >
          Set a time
        </Button>
      </div>
    );
  return <Times {...{ id, field, value, invalid, onChange }} />;
}

function Times({ id, field, value, onChange }: Omit<KindProps, "place">) {
  const schedule = useMemo(() => wholeOf(value), [value]);
  const set = (facts: Partial<Schedule>) => onChange(stored({ ...schedule, ...facts }));
  const asked = useCalm(JSON.stringify(stored(schedule)));
  const { data, error } = useQuery({ ...upcoming(JSON.parse(asked)), placeholderData: keepPreviousData });
  const wrong = error instanceof Refusal && error.status === 422 ? error.problems[0] : undefined;
  const words = wrong?.message ?? error?.message;
  const zones = useMemo(
    () =>
      [...new Set(["UTC", localZone(), ...Intl.supportedValuesOf("timeZone")])].map((one) => ({
        value: one,
        label: one,
      })),
    [],
  );
  return (
    <div className="grid gap-2">
      <select
        id={id}
        className="control"
        value={schedule.repeat}
        onChange={(event) => set({ repeat: event.target.value as Repeat })}
      >
        {REPEATS.map((one) => (
          <option key={one.value} value={one.value}>
            {one.label}
          </option>
        ))}
      </select>
      <ScheduleParts schedule={schedule} set={set} wrong={wrong?.field ?? undefined} />
      {schedule.repeat === "minutes" ? null : (
        <Pick
          label="Time zone"
          value={schedule.timezone}
          options={zones}
          free
          onChange={(timezone) => set({ timezone: timezone || "UTC" })}
        />
      )}
      {words ? (
        <p role="alert" className="text-sm text-bad">
          {words}
        </p>
      ) : (
        <ol aria-label={`Next times of ${field.title}`} className="grid gap-0.5 text-sm text-soft">
          {data?.items.map((at) => (
            <li key={at}>
              <time dateTime={at}>{inZone(at, data.timezone)}</time>
            </li>
          ))}
        </ol>
      )}
      {field.required ? null : (
        <button type="button" className="justify-self-start text-sm text-accent" onClick={() => onChange(null)}>
          Clear
        </button>
      )}
    </div>
  );
}

function inZone(at: string, timeZone: string) {
  const format: Intl.DateTimeFormatOptions = {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  };
  try {
    return new Date(at).toLocaleString(undefined, { ...format, timeZone });
  } catch {
    return new Date(at).toLocaleString(undefined, format); // a zone that this browser does not know
  }
}
