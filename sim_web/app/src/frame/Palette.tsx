import { Command } from "cmdk";
import { Dialog } from "radix-ui";
import { offered, useCommands } from "../commands/store";
import { Keys } from "../ui/Keys";
import { useFound } from "./found";

/** One search over commands, blocks, workflows, runs and settings. */
export function Palette() {
  const { open, setOpen, sources } = useCommands();
  const found = useFound(open);
  const held = open ? offered(sources).filter((one) => one.name !== "palette" && one.ready()) : [];
  const all = [...held, ...found];
  const groups = [...new Set(all.map((one) => one.group))];
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/30" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[14vh] left-1/2 z-50 w-[calc(100vw-32px)] max-w-xl -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-raised shadow-float"
        >
          <Dialog.Title className="sr-only">Search everything</Dialog.Title>
          <Command label="Search everything" loop>
            <Command.Input
              autoFocus
              placeholder="Search workflows, runs, settings and commands…"
              className="w-full border-b border-line bg-transparent px-4 py-3 text-lg outline-none"
            />
            <Command.List className="max-h-[52vh] overflow-auto p-1.5">
              <Command.Empty className="px-3 py-6 text-center text-soft">Nothing is called that.</Command.Empty>
              {groups.map((group) => (
                <Command.Group
                  key={group}
                  heading={group}
                  className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-soft"
                >
                  {all
                    .filter((one) => one.group === group)
                    .map((one) => (
                      <Command.Item
                        key={one.name}
                        value={`${one.label} ${one.words ?? ""} ${one.name}`}
                        className="menu-item"
                        onSelect={() => {
                          setOpen(false);
                          one.run();
                        }}
                      >
                        {one.icon ? <one.icon size={15} className="text-soft" aria-hidden /> : null}
                        <span className="min-w-0 flex-1 truncate">{one.label}</span>
                        {one.key ? <Keys keys={one.key} /> : null}
                      </Command.Item>
                    ))}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
