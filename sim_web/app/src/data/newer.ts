/** Whether the server has another build of the app than this page: its files have other names then. */

const ENTRY = /<script type="module"[^>]* src="(\/assets\/[^"]+)"/;

/** A build that this page was loaded anew for; it is not done twice for one, so that a page never goes in circles. */
const TRIED = "sim.renewed";

/** What the service says of a page that is too old for it. */
export const STALE = "sim:stale";

const mine = () => document.querySelector('script[type="module"]')?.getAttribute("src") ?? "";

/** The entry of the server's build, where that is another one than this page's. */
async function newer(): Promise<string> {
  const reply = await fetch("/", { cache: "no-store", headers: { accept: "text/html" } });
  const entry = ENTRY.exec(await reply.text())?.[1] ?? "";
  return reply.ok && entry !== mine() ? entry : "";
}

/** Load the page anew where there is another build; whether that is under way. What was done is kept by the browser. */
export async function renew(): Promise<boolean> {
  const entry = await newer().catch(() => "");
  if (!entry || sessionStorage.getItem(TRIED) === entry) return false;
  sessionStorage.setItem(TRIED, entry);
  location.reload();
  return true;
}

/** Whether a part of the app could not be had: in the words of Chromium, Firefox and Safari, and of a style sheet. */
export const isPart = (error: unknown): boolean =>
  error instanceof Error && /dynamically imported module|module script failed|preload CSS/i.test(error.message);
