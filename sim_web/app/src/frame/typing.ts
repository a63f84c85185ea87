/** Tells keys that go on with words whose field was taken away from keys that are pressed on the page. */

import { isTyping } from "../commands/command";

/** After so long without a key, the words are over. */
const PAUSE_MS = 3000;
type Press = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "target" | "timeStamp">;

/** Somebody removed what is being typed into, or it may not be typed into any more: what comes next is no shortcut. */
export class Typing {
  private field: Element | null = null;
  /** When a key was pressed that went nowhere. */
  private at: number | null = null;

  /** Whether a key was meant for a field that is gone. */
  lost(event: Press): boolean {
    if (isTyping(event.target)) {
      this.field = leaves(event) ? null : (event.target as Element);
      this.at = null;
      return false;
    }
    const goesOn = this.at === null || event.timeStamp - this.at < PAUSE_MS;
    if (!goesOn || event.key === "Escape" || event.key === "Tab" || !isGone(this.field)) this.over();
    if (!this.field || event.ctrlKey || event.metaKey) return false;
    this.at = event.timeStamp;
    return true;
  }

  /** A hand chose another place. */
  readonly over = (): void => {
    this.field = null;
  };
}

const isGone = (field: Element | null) => Boolean(field && (!field.isConnected || field.matches(READ_ONLY)));
const READ_ONLY = ":disabled, [aria-readonly=true], [inert] *";

/** Keys with which one leaves a field of one's own accord. */
function leaves({ key, target }: Press): boolean {
  return key === "Escape" || key === "Tab" || (key === "Enter" && (target as Element).tagName === "INPUT");
}
