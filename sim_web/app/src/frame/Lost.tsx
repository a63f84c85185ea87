import { useEffect } from "react";
import { useSession } from "../session";
import { arrive } from "../sign/door";
import { Shell } from "../sign/Shell";
import { Button } from "../ui/Button";

const AGAIN_MS = 3000;

/** The server does not answer: said calmly, and tried again until it does. */
export function Lost() {
  useEffect(() => {
    const timer = setInterval(() => void arrive(), AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <Shell title="Sim does not answer" about="It may be starting, or be stopped. This page tries again by itself.">
      <Button onClick={() => useSession.setState({ phase: "asking" })}>Try now</Button>
    </Shell>
  );
}
