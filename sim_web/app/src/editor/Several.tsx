import { Button } from "../ui/Button";
import { Keys } from "../ui/Keys";
import { useEditor } from "./store";
import { useReady } from "./useActs";

/** What can be done with several blocks at once. */
export function Several() {
  const commands = useReady();
  const chosen = useEditor((state) => state.selected.length);
  const editable = useEditor((state) => state.status.editable);
  if (chosen < 2) return <p className="p-6 text-center text-soft">Choose a block on the canvas to edit it.</p>;
  return (
    <div className="grid gap-2 p-4">
      <p className="font-semibold">{chosen} blocks chosen</p>
      {editable
        ? commands()
            .filter((one) => one.group === "Arrange")
            .map((one) => (
              <Button
                key={one.name}
                icon={one.icon}
                className="justify-start"
                disabled={!one.ready()}
                onClick={one.run}
              >
                <span className="flex-1 text-left">{one.label}</span>
                {one.key ? <Keys keys={one.key} /> : null}
              </Button>
            ))
        : null}
    </div>
  );
}
