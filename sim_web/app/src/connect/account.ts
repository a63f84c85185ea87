/** Connecting an account: in a window of its own, so that the page one came from stays as it is. */

import { again } from "../api/accounts";
import { write } from "../api/client";
import type { Begin } from "../api/schema";
import { useSession } from "../session";

const CHANNEL = "sim.connect";
const LEFT = "sim.connect.left";
export const RETURN = "/connected";

export interface Wanted {
  integration: string;
  /** Whether it is the person's own account, or everybody's in the workspace. */
  personal: boolean;
  /** The credential that is connected again. */
  credential?: string;
  /** Where the browser comes back to when it opens no windows. */
  back?: string;
}

interface Told {
  ticket: string;
  connected: string;
  error: string;
}

/** Have a person grant access at a service; the id of the credential, once the window there says that it is done. */
export async function connectAccount(
  { integration, personal, credential = "", back = "" }: Wanted,
  signal: AbortSignal,
) {
  const ticket = crypto.randomUUID();
  const there = open("about:blank", `connect-${ticket}`, "popup,width=620,height=760");
  const to = there ? `${RETURN}?ticket=${ticket}` : back || location.pathname + location.search;
  const body = { integration, credential_id: credential, to };
  const done = there ? heard(ticket, signal) : new Promise<string>(() => undefined);
  try {
    const begun = personal
      ? await write<Begin>("POST", "/me/credentials/connect", {
          ...body,
          workspace_id: useSession.getState().workspace,
        })
      : await write<Begin>("POST", "/credentials/connect", body);
    if (there) there.location.replace(begun.url);
    else {
      sessionStorage.setItem(LEFT, to);
      location.assign(begun.url);
    }
    const made = await done;
    await Promise.all([again("credentials"), again("me", "credentials")]);
    return made;
  } catch (error) {
    there?.close();
    throw error;
  }
}

/** What the other window says in the end; a window that was sent to another site cannot be watched. */
function heard(ticket: string, signal: AbortSignal): Promise<string> {
  const channel = new BroadcastChannel(CHANNEL);
  const answer = new Promise<string>((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
    channel.onmessage = ({ data }: MessageEvent<Told>) => {
      if (data.ticket !== ticket) return;
      if (data.connected) resolve(data.connected);
      else reject(new Error(data.error));
    };
  });
  answer.catch(() => undefined).finally(() => channel.close());
  return answer;
}

/** What an address says that a service sent the browser back to. */
export function returned(search: string) {
  const asked = new URLSearchParams(search);
  const failed = asked.get("connect_error");
  return {
    ticket: asked.get("ticket") ?? "",
    connected: asked.get("connected") ?? "",
    error: failed ? (asked.get("connect_message") ?? failed) : "",
  };
}

/** Whether this tab left from here to connect an account: an address alone can be sent by anybody. */
export function cameBack(path: string, search: string): boolean {
  const left = new URL(sessionStorage.getItem(LEFT) ?? "", location.origin);
  sessionStorage.removeItem(LEFT);
  const now = new URLSearchParams(search);
  return (
    left.pathname === path &&
    left.search !== "" &&
    [...left.searchParams].every(([key, value]) => now.get(key) === value)
  );
}

/** Tell the page that waits. */
export function tell(what: Told) {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(what);
  channel.close();
}
