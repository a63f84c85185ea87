/** The next times of a schedule, by the server's own rule. */

import { queryOptions } from "@tanstack/react-query";
import { Refusal, write } from "../api/client";
import type { Schedule, Upcoming } from "../api/schema";

const MINUTE = 60_000;

export const upcoming = (schedule: Schedule) =>
  queryOptions({
    queryKey: ["upcoming", schedule],
    queryFn: () => write<Upcoming>("POST", "/schedules/upcoming", { schedule, count: 5 }),
    staleTime: MINUTE,
    refetchInterval: MINUTE,
    retry: (times, error) => !(error instanceof Refusal && error.status === 422) && times < 1,
  });
