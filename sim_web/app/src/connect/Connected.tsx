import { useEffect } from "react";
import { returned, tell } from "./account";

/** Where the window of a service comes back to: it tells the page that waits, and goes. */
export function Connected() {
  const said = returned(location.search);
  useEffect(() => {
    document.title = "Connected · Sim";
    const now = returned(location.search);
    tell({ ...now, error: now.error || (now.connected ? "" : "The service sent nothing back.") });
    close();
  }, []);
  return (
    <main className="grid h-screen content-center justify-items-center gap-2 p-6 text-center">
      <h1 className="text-lg font-semibold">{said.connected ? "The account is connected" : "It was not connected"}</h1>
      <p className="max-w-sm text-soft">{said.error || "You can close this window and go on where you were."}</p>
    </main>
  );
}
