import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useRef } from "react";
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

/** Gives the focus back to what had it when a dialog opened, unless something else has taken it since. */
function useGivesBack(open: boolean): (event: Event) => void {
  const before = useRef<Element>(null);
  const was = useRef(false);
  if (open && !was.current) before.current = document.activeElement;
  was.current = open;
  return (event) => {
    event.preventDefault();
    if (document.activeElement === document.body && before.current instanceof HTMLElement) before.current.focus();
  };
}

export function Dialog({ title, about, open, onClose, wide, large, plain, onEscape, children }: Props) {
  const giveBack = useGivesBack(open);
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
          onCloseAutoFocus={giveBack}
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
          <section tabIndex={plain ? 0 : undefined} aria-label={title} className="min-h-0 overflow-auto px-5 pt-3 pb-5">
            {children}
          </section>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
