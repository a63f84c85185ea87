import { QueryClientProvider } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { Toaster } from "sonner";
import { queries } from "./api/queries";
import { Frame } from "./frame/Frame";
import { Connect } from "./pages/Connect";
import { session } from "./session";

export function App() {
  const open = useSyncExternalStore(session.subscribe, session.isOpen);
  return (
    <QueryClientProvider client={queries}>
      {open ? <Frame /> : <Connect />}
      <Toaster
        position="bottom-right"
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
