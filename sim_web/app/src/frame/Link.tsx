import type { AnchorHTMLAttributes } from "react";
import { go } from "./route";

/** A link within the app; with a modifier it opens as any other link does. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  return (
    <a
      href={href}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
        event.preventDefault();
        go(href);
      }}
      {...rest}
    />
  );
}
