import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Refusal, write } from "../api/client";
import type { AuthFacts, Found } from "../api/schema";
import { attempt } from "../frame/actions";
import { Link } from "../frame/Link";
import { anew, useSearch } from "../frame/route";
import { useMe } from "../session";
import { Button } from "../ui/Button";
import { Failed, Skeleton } from "../ui/States";
import { depart } from "./door";
import { Shell } from "./Shell";
import { SignUp } from "./SignUp";

/** What a link of an invitation opens: for a newcomer an account, for somebody who is in a button. */
export function Invite({ facts }: { facts: AuthFacts }) {
  const token = useSearch().get("token") ?? "";
  const me = useMe();
  const found = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => write<Found>("POST", "/invitations/read", { token }),
    retry: false,
    enabled: Boolean(token),
  });
  if (found.error || !token)
    return (
      <Shell title="This invitation does not hold" foot={<ToApp />}>
        {!found.error ||
        (found.error instanceof Refusal && found.error.status > 399 && found.error.status < 500) ? null : (
          <Failed error={found.error} onRetry={() => void found.refetch()} />
        )}
        <p>It may be old, withdrawn, or used already. Ask whoever invited you for another one.</p>
      </Shell>
    );
  if (!found.data)
    return (
      <Shell title="Invitation">
        <Skeleton rows={3} />
      </Shell>
    );
  if (!me) return <Newcomer facts={facts} found={found.data} token={token} />;
  return me.email === found.data.email ? (
    <Accept found={found.data} token={token} />
  ) : (
    <Shell title="For somebody else" about={`This invitation is for ${found.data.email}.`}>
      <p>You are signed in as {me.email}. Sign out to use it; what you have not sent yet stays here.</p>
      <Button onClick={() => void attempt(depart({ keep: true, to: location.pathname + location.search }))}>
        Sign out
      </Button>
    </Shell>
  );
}

function Newcomer({ facts, found, token }: { facts: AuthFacts; found: Found; token: string }) {
  return <SignUp facts={{ ...facts, is_fresh: false }} invited={{ found, token }} />;
}

function Accept({ found, token }: { found: Found; token: string }) {
  const [busy, setBusy] = useState(false);
  const accept = async () => {
    setBusy(true);
    // everything one may do has changed: begin anew
    await attempt(write<Found>("POST", "/invitations/accept", { token }).then(() => anew("/workflows")));
    setBusy(false);
  };
  return (
    <Shell title={`Join ${found.organization}`} about={`You are invited as ${found.role}.`} foot={<ToApp />}>
      <Button kind="main" className="h-9" disabled={busy} onClick={() => void accept()}>
        Accept
      </Button>
    </Shell>
  );
}

const ToApp = () => (
  <Link className="text-accent underline underline-offset-4" href="/workflows">
    Go to the app
  </Link>
);
