import { QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { Toaster } from "sonner";
import { queries } from "./api/queries";
import { RETURN } from "./connect/account";
import { Connected } from "./connect/Connected";
import { Frame } from "./frame/Frame";
import { Lost } from "./frame/Lost";
import { Renewal } from "./frame/Renewal";
import { go, usePath } from "./frame/route";
import { useSession } from "./session";
import { arrive, wanted } from "./sign/door";

const Door = lazy(() => import("./sign/Door"));
const SIGN_PAGES = ["/sign-in", "/sign-up", "/reset", "/connect"];

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <Renewal>
        <Suspense fallback={null}>
          <Shown />
        </Suspense>
      </Renewal>
      <Toaster
        position="top-center"
        offset={60}
        toastOptions={{
          style: {
            background: "var(--raised)",
            color: "var(--text)",
            border: "1px solid var(--line)",
            fontFamily: "inherit",
          },
        }}
      />
    </QueryClientProvider>
  );
}

function Shown() {
  const phase = useSession((state) => state.phase);
  const path = usePath();
  useEffect(() => {
    if (phase === "asking") void arrive();
  }, [phase]);
  useEffect(() => {
    if (phase === "in" && SIGN_PAGES.includes(path)) go(wanted(location.search) || "/workflows", { replace: true });
  }, [phase, path]);
  if (path === RETURN) return <Connected />;
  switch (phase) {
    case "asking":
    case "leaving":
      return null;
    case "lost":
      return <Lost />;
    case "out":
      return <Door />;
    case "in":
      return path === "/invite" ? <Door /> : <Frame />;
  }
}
