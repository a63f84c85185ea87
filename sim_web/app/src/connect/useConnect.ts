import { useEffect, useRef, useState } from "react";
import { connectAccount, type Wanted } from "./account";

/** Connecting an account from a component: whether one waits for the service, and what went wrong. */
export function useConnect(onMade: (credential: string) => void) {
  const [waits, setWaits] = useState(false);
  const [error, setError] = useState("");
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const connect = async (wanted: Wanted) => {
    stop.current?.abort();
    const mine = new AbortController();
    stop.current = mine;
    setError("");
    setWaits(true);
    try {
      const made = await connectAccount(wanted, mine.signal);
      if (!mine.signal.aborted) onMade(made);
    } catch (problem) {
      if (!mine.signal.aborted) setError(problem instanceof Error ? problem.message : String(problem));
    } finally {
      if (stop.current === mine) setWaits(false);
    }
  };
  return { connect, waits, error, cancel: () => stop.current?.abort() };
}
