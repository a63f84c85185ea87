import { Copy, KeyRound } from "lucide-react";
import { useMemo, useState } from "react";
import { toast } from "sonner";
import { write } from "../api/client";
import { keys, queries } from "../api/queries";
import type { FreshKey } from "../api/schema";
import { useEditor, useEditorStore } from "../editor/store";
import { askedBy } from "../editor/useRunner";
import { attempt } from "../frame/actions";
import { Button } from "../ui/Button";
import { Tabs } from "../ui/Tabs";
import { curl, python, sampleInput, typescript, type Way } from "./examples";
import { useLive } from "./versions";

const WAYS: [Way, string][] = [
  ["wait", "Wait for the result"],
  ["stream", "Follow as it happens"],
  ["async", "Start and ask later"],
];
const NO_KEY = "YOUR_KEY";

/** How programs call the live version. */
export function Api() {
  const store = useEditorStore();
  const id = useEditor((state) => state.client.id);
  const admin = useEditor((state) => state.status.role === "admin");
  const { live } = useLive();
  const [way, setWay] = useState<Way>("wait");
  const [key, setKey] = useState(NO_KEY);
  const input = useMemo(() => sampleInput(askedBy(store.getState())), [store]);
  const call = { origin: location.origin, workflow: id, key, input, way };
  const make = async () => {
    const name = `Calls ${store.getState().doc.name || "the workflow"}`.slice(0, 255);
    const made = await attempt(write<FreshKey>("POST", "/keys", { name, scopes: ["run"] }));
    if (made) setKey(made.key);
    void queries.invalidateQueries({ queryKey: keys.queryKey });
  };
  if (!live)
    return (
      <p className="py-6 text-center text-soft">Deploy the workflow first: programs call the version that is live.</p>
    );
  return (
    <div className="grid grid-cols-1 gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <select
          aria-label="How it answers"
          className="control w-auto"
          value={way}
          onChange={(event) => setWay(event.target.value as Way)}
        >
          {WAYS.map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
        <span className="flex-1" />
        {key !== NO_KEY ? (
          <p className="text-sm text-soft">The key stands in the example, this once: keep it somewhere safe.</p>
        ) : admin ? (
          <Button icon={KeyRound} onClick={() => void make()}>
            Make a key for it
          </Button>
        ) : (
          <p className="text-sm text-soft">An admin of the workspace makes the key.</p>
        )}
      </div>
      <Tabs
        label="Language"
        tabs={[
          { name: "curl", label: "curl", content: <Example name="curl" text={curl(call)} /> },
          { name: "python", label: "Python", content: <Example name="Python" text={python(call)} /> },
          { name: "typescript", label: "TypeScript", content: <Example name="TypeScript" text={typescript(call)} /> },
        ]}
      />
    </div>
  );
}

function Example({ name, text }: { name: string; text: string }) {
  const copy = () => void navigator.clipboard?.writeText(text).then(() => toast("Copied"));
  return (
    <div className="grid grid-cols-1 gap-2">
      <section
        aria-label={`Example for ${name}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        tabIndex={0}
        className="max-h-72 overflow-auto rounded-md border border-line bg-page p-3"
      >
        <pre className="font-mono text-sm">{text}</pre>
      </section>
      <div className="flex justify-end">
        <Button icon={Copy} className="h-7" onClick={copy}>
          Copy
        </Button>
      </div>
    </div>
  );
}
