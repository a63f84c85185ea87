/** Files that somebody picks, as a run takes them: with their content, since it may be read long after. */

export interface PickedFile {
  name: string;
  type: string;
  size: number;
  /** The content. */
  base64: string;
}

/** Bytes of all files of one run; in base64 they are a third more, and a request has its limit. */
const MOST = 20 * 1024 * 1024;

/** Their contents; throws what to say where they are too much. */
export async function pickedFiles(files: readonly File[]): Promise<PickedFile[]> {
  const size = files.reduce((sum, one) => sum + one.size, 0);
  if (size > MOST) throw new Error(`This is ${sized(size)}; a run takes ${sized(MOST)} at most.`);
  return Promise.all(
    files.map(async (one) => ({
      name: one.name,
      type: one.type || "application/octet-stream",
      size: one.size,
      base64: await base64Of(one),
    })),
  );
}

/** The files that a text holds, as it was kept in a form. */
export function filesIn(text: string): PickedFile[] {
  try {
    const value: unknown = JSON.parse(text);
    return (Array.isArray(value) ? value : [value]).filter((one) => typeof one?.name === "string");
  } catch {
    return [];
  }
}

const UNITS = ["bytes", "kB", "MB", "GB"];
export function sized(bytes: number): string {
  let [at, value] = [0, bytes];
  while (value >= 1000 && at < UNITS.length - 1) [at, value] = [at + 1, value / 1000];
  return `${at && value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[at]}`;
}

function base64Of(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error ?? new Error("The file could not be read."));
    reader.readAsDataURL(file);
  });
}
