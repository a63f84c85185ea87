import { offered, useCommands } from "../commands/store";
import { Dialog } from "../ui/Dialog";
import { Keys } from "../ui/Keys";

/** Every shortcut that holds now, made from the commands themselves. */
export function Shortcuts({ open, onClose }: { open: boolean; onClose: () => void }) {
  const sources = useCommands((state) => state.sources);
  const all = open ? offered(sources).filter((one) => one.key) : [];
  const groups = [...new Set(all.map((one) => one.group))];
  return (
    <Dialog title="Keyboard shortcuts" open={open} onClose={onClose} wide plain>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(260px,1fr))] gap-x-8 gap-y-4">
        {groups.map((group) => (
          <section key={group} className="grid content-start gap-1">
            <h3 className="text-sm font-semibold text-soft">{group}</h3>
            {all
              .filter((one) => one.group === group)
              .map((one) => (
                <div
                  key={one.name}
                  className="flex items-center justify-between gap-4 border-b border-line py-1 last:border-0"
                >
                  <span>{one.label}</span>
                  {one.key ? <Keys keys={one.key} /> : null}
                </div>
              ))}
          </section>
        ))}
      </div>
    </Dialog>
  );
}
