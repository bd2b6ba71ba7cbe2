// Keeps the pages, their scripts and the runtime on the phone, so that they open without a
// network. What is asked of the service's interface is never kept: no photo, picture or
// report passes through here.

/// <reference lib="webworker" />

const worker = self as unknown as ServiceWorkerGlobalScope;
// The build writes the list in; a new build is thereby a new worker.
const SHELL = "__SHELL__" as unknown as string[];
const CACHE = `shell-${digest(JSON.stringify(SHELL))}`;

worker.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))),
      ),
  );
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const own = url.origin === worker.location.origin && request.method === "GET";
  if (!own || !SHELL.includes(url.pathname)) return;
  event.respondWith(
    url.pathname.startsWith("/assets/") ? keptFirst(request) : freshFirst(request, url.pathname),
  );
});

/** Scripts carry their content's hash in their name: a kept one is never stale. */
async function keptFirst(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

/** A page is asked for anew, and taken from the phone where there is no network. */
async function freshFirst(request: Request, path: string): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(path);
    if (kept === undefined) throw error;
    return kept;
  }
}

function digest(text: string): string {
  let hash = 0;
  for (let k = 0; k < text.length; k += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(k)) | 0;
  return (hash >>> 0).toString(36);
}
