import { type ReactNode, useEffect, useState } from "react";
import type { Schedule } from "../api/schema";
import { DAYS } from "../model/schedule";

interface Props {
  schedule: Required<Schedule>;
  set: (facts: Partial<Schedule>) => void;
  /** Which part says no time. */
  wrong?: string;
}

/** What a kind of schedule asks for besides its kind. */
export function ScheduleParts({ schedule, set, wrong }: Props) {
  const { repeat } = schedule;
  const number = (name: "every" | "minute" | "day", label: string, least: number, most: number) => (
    <Part label={label}>
      <WholeNumber
        label={label}
        value={schedule[name]}
        least={least}
        most={most}
        invalid={wrong === name}
        onChange={(next) => set({ [name]: next })}
      />
    </Part>
  );
  return (
    <div className="flex flex-wrap gap-2 empty:hidden">
      {repeat === "minutes" ? number("every", "Minutes between", 1, 1440) : null}
      {repeat === "hours" ? number("every", "Hours between", 1, 24) : null}
      {repeat === "hours" ? number("minute", "At minute", 0, 59) : null}
      {repeat === "weekly" ? <Weekdays schedule={schedule} set={set} invalid={wrong === "days"} /> : null}
      {repeat === "monthly" ? number("day", "Day of the month", 1, 31) : null}
      {repeat === "daily" || repeat === "weekly" || repeat === "monthly" ? (
        <Part label="At">
          <input
            type="time"
            aria-label="At"
            aria-invalid={wrong === "at"}
            className="control"
            value={schedule.at}
            onChange={(event) => event.target.value && set({ at: event.target.value })}
          />
        </Part>
      ) : null}
      {repeat === "cron" ? (
        <Part label="Minute, hour, day, month, weekday">
          <input
            aria-label="Cron expression"
            aria-invalid={wrong === "cron"}
            className="control font-mono"
            placeholder="0 9 * * mon-fri"
            value={schedule.cron}
            onChange={(event) => set({ cron: event.target.value })}
          />
        </Part>
      ) : null}
    </div>
  );
}

const Part = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="grid min-w-28 flex-1 gap-0.5 text-xs text-soft">
    <span aria-hidden>{label}</span>
    {children}
  </div>
);

function Weekdays({ schedule, set, invalid }: Omit<Props, "wrong"> & { invalid: boolean }) {
  const chosen: readonly string[] = schedule.days;
  return (
    <fieldset className="flex w-full flex-wrap gap-1" aria-invalid={invalid}>
      <legend className="sr-only">Days of the week</legend>
      {DAYS.map((day) => (
        <button
          key={day.value}
          type="button"
          aria-label={day.whole}
          aria-pressed={chosen.includes(day.value)}
          className="h-7 rounded-md border border-line px-2 text-sm aria-pressed:border-accent aria-pressed:bg-accent aria-pressed:text-on-accent"
          onClick={() =>
            set({
              days: DAYS.map((one) => one.value).filter((one) => chosen.includes(one) !== (one === day.value)),
            })
          }
        >
          {day.label}
        </button>
      ))}
    </fieldset>
  );
}

interface NumberProps {
  label: string;
  value: number;
  least: number;
  most: number;
  invalid: boolean;
  onChange: (value: number) => void;
}

/** A whole number within its bounds; what is typed on the way there stays in the box. */
function WholeNumber({ label, value, least, most, invalid, onChange }: NumberProps) {
  const [text, setText] = useState(String(value));
  useEffect(() => setText(String(value)), [value]);
  const number = Number(text);
  const fits = Number.isInteger(number) && number >= least && number <= most && text.trim() !== "";
  return (
    <>
      <input
        type="number"
        aria-label={label}
        aria-invalid={invalid || !fits}
        min={least}
        max={most}
        className="control"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          const next = Number(event.target.value);
          if (event.target.value.trim() && Number.isInteger(next) && next >= least && next <= most) onChange(next);
        }}
        onBlur={() => setText(String(value))}
      />
      {fits ? null : (
        <span role="alert" className="text-bad">
          {least} to {most}.
        </span>
      )}
    </>
  );
}
