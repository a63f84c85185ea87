/** How a file can be shown without trusting it. */

import type { FileEntry } from "../api/schema";

export type Looks = "image" | "pdf" | "text" | "none";

export const LONGEST_TEXT = 256 * 1024;
const LARGEST = 50 * 1024 * 1024;
/** Drawn by the browser as pictures, which run nothing whatever they hold. */
const IMAGES = /^image\/(png|jpeg|gif|webp|avif|bmp|svg\+xml|x-icon|vnd\.microsoft\.icon)$/;
const TEXTS = /^(text\/|application\/(json|xml|yaml|x-yaml|javascript|x-ndjson|toml|sql)$|[^/]+\/[^/]+\+(json|xml)$)/;

export function looksOf({ media_type, size }: Pick<FileEntry, "media_type" | "size">): Looks {
  if (size > 0 && size <= LARGEST && IMAGES.test(media_type)) return "image";
  if (size > 0 && size <= LARGEST && media_type === "application/pdf" && navigator.pdfViewerEnabled) return "pdf";
  return TEXTS.test(media_type) ? "text" : "none";
}
