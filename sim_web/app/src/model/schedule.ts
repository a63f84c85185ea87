/** What a schedule field holds, and how it reads; when it happens is the server's to say. */

import type { Schedule } from "../api/schema";

export const REPEATS = [
  { value: "minutes", label: "Every few minutes" },
  { value: "hours", label: "Every few hours" },
  { value: "daily", label: "Every day" },
  { value: "weekly", label: "Every week" },
  { value: "monthly", label: "Every month" },
  { value: "cron", label: "By a cron expression" },
] as const;

export const DAYS = [
  { value: "mon", label: "Mon", whole: "Monday" },
  { value: "tue", label: "Tue", whole: "Tuesday" },
  { value: "wed", label: "Wed", whole: "Wednesday" },
  { value: "thu", label: "Thu", whole: "Thursday" },
  { value: "fri", label: "Fri", whole: "Friday" },
  { value: "sat", label: "Sat", whole: "Saturday" },
  { value: "sun", label: "Sun", whole: "Sunday" },
] as const;

export type Repeat = (typeof REPEATS)[number]["value"];

/** A schedule as the form shows it, whatever of it is stored. */
export const EMPTY: Required<Schedule> = {
  repeat: "daily",
  every: 15,
  minute: 0,
  at: "09:00",
  days: ["mon"],
  day: 1,
  cron: "",
  timezone: "UTC",
};

export const isSchedule = (value: unknown): value is Schedule =>
  typeof value === "object" && value !== null && !Array.isArray(value) && ("repeat" in value || "at" in value);

export const wholeOf = (value: unknown): Required<Schedule> =>
  isSchedule(value)
    ? { ...EMPTY, ...value }
    : typeof value === "string" && value
      ? { ...EMPTY, repeat: "cron", cron: value }
      : EMPTY;

/** Only what counts is stored, so that a change of the kind leaves nothing behind. */
const COUNTS: Record<Repeat, readonly (keyof Schedule)[]> = {
  minutes: ["every"],
  hours: ["every", "minute", "timezone"],
  daily: ["at", "timezone"],
  weekly: ["days", "at", "timezone"],
  monthly: ["day", "at", "timezone"],
  cron: ["cron", "timezone"],
};

export function stored(schedule: Required<Schedule>): Schedule {
  const kept = Object.fromEntries(COUNTS[schedule.repeat].map((name) => [name, schedule[name]]));
  return { repeat: schedule.repeat, ...kept };
}

export const localZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

const clockOf = ({ at, timezone }: Required<Schedule>) => `at ${at}${timezone === "UTC" ? " UTC" : `, ${timezone}`}`;

/** A schedule in a few words, for the card on the canvas. */
export function scheduleWords(value: Schedule): string {
  const one = wholeOf(value);
  const days = DAYS.filter((day) => one.days.includes(day.value)).map((day) => day.label);
  switch (one.repeat) {
    case "minutes":
      return one.every === 1 ? "Every minute" : `Every ${one.every} minutes`;
    case "hours":
      return one.every === 1
        ? `Every hour, at minute ${one.minute}`
        : `Every ${one.every} hours, at minute ${one.minute}`;
    case "daily":
      return `Every day ${clockOf(one)}`;
    case "weekly":
      return `${days.join(", ")} ${clockOf(one)}`;
    case "monthly":
      return `On day ${one.day} of the month ${clockOf(one)}`;
    default:
      return one.cron;
  }
}
