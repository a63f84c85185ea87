import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { sweep } from "../data/parting";
import { usePath } from "../frame/route";
import { useSession } from "../session";
import { Failed, Skeleton } from "../ui/States";
import { Connect } from "./Connect";
import { arrive, authFacts } from "./door";
import { Invite } from "./Invite";
import { Reset } from "./Reset";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";
import { SignUp } from "./SignUp";

/** Every page that is shown before somebody is in. */
export default function Door() {
  const path = usePath();
  const facts = useQuery(authFacts);
  const isOut = useSession((state) => state.phase === "out");
  // a session that this browser was given without the app being told
  useEffect(() => {
    if (isOut && facts.data?.is_signed_in) void arrive();
  }, [isOut, facts.data]);
  useEffect(() => {
    if (isOut) void sweep().catch(() => undefined);
  }, [isOut]);
  if (path === "/connect") return <Connect />;
  if (facts.error)
    return (
      <Shell title="Sim">
        <Failed error={facts.error} onRetry={() => void facts.refetch()} />
      </Shell>
    );
  if (!facts.data)
    return (
      <Shell title="Sim">
        <Skeleton rows={4} />
      </Shell>
    );
  if (path === "/invite") return <Invite facts={facts.data} />;
  if (facts.data.is_fresh || path === "/sign-up") return <SignUp facts={facts.data} />;
  if (path === "/reset") return <Reset facts={facts.data} />;
  return <SignIn facts={facts.data} />;
}
