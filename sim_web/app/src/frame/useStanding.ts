/** What one may do can be changed by somebody else at any time: the page follows. */

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { toast } from "sonner";
import { read, standing } from "../api/client";
import { queries } from "../api/queries";
import type { Me } from "../api/schema";
import { session, useSession } from "../session";
import { go } from "./route";

const KEY = "standing";
const EVERY_MS = 30_000;
/** A server may remember for two seconds who one was. */
const AGAIN_MS = 2500;
const MAY = {
  read: "You may look at this workspace now, and talk about it, not change it.",
  write: "You may change what is in this workspace now.",
  admin: "You may now change this workspace, and say who is in it.",
};
const rightsOf = ({ workspaces, organizations, is_operator }: Me) =>
  JSON.stringify([Object.entries(workspaces).sort(), Object.entries(organizations).sort(), is_operator]);

/** Ask who one is by now, and follow; an answer that was overtaken is left aside. */
async function look() {
  const { me: before } = useSession.getState();
  const found = await read<Me>("/me");
  const { me, workspace } = useSession.getState();
  if (!me || me !== before || rightsOf(found) === rightsOf(me)) return null;
  session.enter(found);
  const now = found.workspaces[workspace];
  toast(now && now !== me.workspaces[workspace] ? MAY[now] : "What you may do has changed.");
  if (useSession.getState().workspace !== workspace) go("/workflows");
  void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY });
  return null;
}

export function useStanding() {
  const { refetch } = useQuery({
    queryKey: [KEY],
    queryFn: look,
    staleTime: EVERY_MS,
    refetchInterval: EVERY_MS,
    refetchOnWindowFocus: true,
  });
  useEffect(() => {
    let again: ReturnType<typeof setTimeout>;
    const ask = () => void refetch({ cancelRefetch: false });
    standing.doubt = () => {
      ask();
      clearTimeout(again);
      again = setTimeout(ask, AGAIN_MS);
    };
    return () => {
      clearTimeout(again);
      standing.doubt = () => {};
    };
  }, [refetch]);
}
