import { Menu, Search } from "lucide-react";
import { Dialog } from "radix-ui";
import { useEffect } from "react";
import { useCommands } from "../commands/store";
import { IconButton } from "../ui/Button";
import type { Route } from "./route";
import { Sidebar } from "./Sidebar";

interface Props {
  route: Route;
  open: boolean;
  onOpen: (open: boolean) => void;
}

/** What a narrow window has instead of the sidebar: a line at the top, and the sidebar when it is asked for. */
export function Drawer({ route, open, onOpen }: Props) {
  // whoever goes somewhere wants to see it
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place alone says that one went
  useEffect(() => onOpen(false), [JSON.stringify(route)]);
  return (
    <div className="flex h-12 shrink-0 items-center gap-1 border-b border-line px-2">
      <Dialog.Root open={open} onOpenChange={onOpen}>
        <Dialog.Trigger asChild>
          <IconButton label="Show the sidebar" icon={Menu} />
        </Dialog.Trigger>
        <Dialog.Portal>
          <Dialog.Overlay className="fixed inset-0 z-30 bg-black/40" />
          <Dialog.Content
            aria-describedby={undefined}
            className="fixed inset-y-0 left-0 z-30 w-72 border-r border-line bg-page shadow-float"
          >
            <Dialog.Title className="sr-only">Sidebar</Dialog.Title>
            <Sidebar route={route} folded={false} onFold={() => onOpen(false)} />
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
      <img src="/icon.svg" alt="" className="size-6" />
      <span className="flex-1 font-semibold">Sim</span>
      <IconButton label="Search everything" icon={Search} onClick={() => useCommands.getState().setOpen(true)} />
    </div>
  );
}
