import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useState } from "react";
import { IconButton } from "./Button";
import { cx } from "./cx";

interface Props {
  title: string;
  about?: ReactNode;
  open: boolean;
  onClose: () => void;
  wide?: boolean;
  /** As much room as there is. */
  large?: boolean;
  /** Whether Escape had something to close inside. */
  onEscape?: () => boolean;
  /** Whether there is nothing in it to use, only to read: it is scrolled by keyboard itself. */
  plain?: boolean;
  children: ReactNode;
}

/** Who has the focus before a dialog comes up: for a menu, which goes then, what opened it. */
function opener(): Element | null {
  const now = document.activeElement;
  const menu = now?.closest("[role=menu]");
  return menu ? document.getElementById(menu.getAttribute("aria-labelledby") ?? "") : now;
}

/** Give the focus back, unless something took it meanwhile; what had it may be gone, and then the page has it. */
function giveBack(event: Event, had: Element | null) {
  event.preventDefault();
  const now = document.activeElement;
  if (now && now !== document.body && !(event.target as Node).contains(now)) return;
  const place = had?.isConnected && had !== document.body ? had : document.querySelector("main");
  (place as HTMLElement | null)?.focus({ preventScroll: true });
}

export function Dialog({ title, about, open, onClose, wide, large, plain, onEscape, children }: Props) {
  const [wasOpen, setWasOpen] = useState(false);
  const [had, setHad] = useState<Element | null>(null);
  if (open !== wasOpen) {
    setWasOpen(open);
    if (open) setHad(opener());
  }
  return (
    <Radix.Root open={open} onOpenChange={(is) => !is && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Radix.Content
          className={cx(
            "fixed left-1/2 z-50 flex w-[calc(100vw-32px)] -translate-x-1/2 flex-col rounded-lg",
            "border border-line bg-raised shadow-float",
            large ? "top-[4vh] max-h-[92vh]" : "top-[12vh] max-h-[76vh]",
            large ? "max-w-6xl" : wide ? "max-w-3xl" : "max-w-md",
          )}
          onCloseAutoFocus={(event) => giveBack(event, had)}
          onEscapeKeyDown={(event) => onEscape?.() && event.preventDefault()}
          {...(about ? {} : { "aria-describedby": undefined })}
        >
          <div className="flex items-start gap-2 px-5 pt-4">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              {about ? <Radix.Description className="text-soft">{about}</Radix.Description> : null}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close" icon={X} small />
            </Radix.Close>
          </div>
          <section
            tabIndex={plain ? 0 : undefined}
            aria-label={title}
            className="min-h-0 scroll-pb-18 overflow-auto rounded-b-[inherit] px-5 pt-3 pb-5"
          >
            {children}
          </section>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
