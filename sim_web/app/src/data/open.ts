/** The one place that chooses how a document is kept: in a room with others, or over REST where there is no room. */

import { Refusal, write } from "../api/client";
import { PATHS } from "../api/schema";
import type { Session, WorkflowClient } from "../realtime/types";
import { session as signed, useSession } from "../session";
import { openOverRest } from "./rest";

interface Ticket {
  ticket: string;
  url: string;
}

const WHERE = "sim.realtime";

let room: Promise<Session | undefined> | undefined;
let person = "";

/** Whoever signs in next has a session of their own, with their own changes waiting. */
useSession.subscribe(({ phase }) => {
  if (phase === "asking" || signed.person() === person) return;
  void room?.then(
    (session) => session?.close(),
    () => {},
  );
  room = undefined;
});

const newTicket = () => write<Ticket>("POST", "/realtime/ticket");

/** The session of this tab with the realtime service, if the server has one. */
async function connect(): Promise<Session | undefined> {
  if (!PATHS.includes("/api/v1/realtime/ticket")) return undefined;
  let first: Ticket | undefined;
  try {
    first = await newTicket();
    localStorage.setItem(WHERE, first.url);
  } catch (error) {
    if (error instanceof Refusal && [401, 403, 404].includes(error.status)) return undefined;
    // Without a network or an answer, what this browser has kept is opened, and the service is looked for where it was.
    if (!localStorage.getItem(WHERE)) throw error;
  }
  const { createSession } = await import("../realtime");
  const credentials = async () => {
    const { ticket } = first ?? (await newTicket());
    first = undefined;
    return { ticket };
  };
  return createSession({ url: first?.url ?? localStorage.getItem(WHERE) ?? "", credentials, person });
}

export async function openWorkflow(id: string): Promise<WorkflowClient> {
  person = room ? person : signed.person();
  room ??= connect();
  const session = await room.catch((error: Error) => {
    room = undefined;
    throw error;
  });
  if (!session) return openOverRest(id);
  const realtime = await import("../realtime");
  return realtime.openWorkflow(id, session as never);
}
