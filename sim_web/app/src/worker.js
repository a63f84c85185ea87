// Opens the app without a network: its page and its files as one build made them, and nothing of the API.
// FILES and BUILD are put in front of this by the build. A new build waits until the tabs of the old one are closed, so
// that no tab is ever served of two.

const NAME = `sim-app-${BUILD}`;
const PAGES = /^\/(?!api\/|health\/|chat\/|form\/|assets\/)[^.]*$/;

addEventListener("install", (event) => {
  const whole = (address) => new Request(address, { cache: "reload" });
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(["/", ...FILES].map(whole))));
});

addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("sim-app-") && name !== NAME;
  const sweep = async () => Promise.all((await caches.keys()).filter(old).map((name) => caches.delete(name)));
  event.waitUntil(sweep().then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate" && PAGES.test(pathname)) event.respondWith(page(event.request));
  else if (FILES.includes(pathname)) event.respondWith(file(event.request));
});

// The server's page as long as it answers; the kept one belongs to the kept files.
async function page(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match("/", { cacheName: NAME });
    if (kept) return kept;
    throw error;
  }
}

// A file's name says what is in it, so the kept one is the right one.
async function file(request) {
  return (await caches.match(request.url, { cacheName: NAME })) ?? fetch(request);
}
