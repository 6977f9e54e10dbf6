// Keeps the page of spot checks and what it is made of, so that it opens without network. Everything is fetched anew
// where there is one; no other page and no answer is kept.
"use strict";

const KEPT = "spot-checks-1";
const PAGE = "/spot-checks/phone";

async function fresh(request) {
  const kept = await caches.open(KEPT);
  try {
    const found = await fetch(request);
    if (found.ok && !found.redirected) await kept.put(request, found.clone());
    return found;
  } catch (error) {
    const before = await kept.match(request, { ignoreVary: true });
    if (before) return before;
    throw error;
  }
}

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname === PAGE || pathname.startsWith("/static/")) event.respondWith(fresh(event.request));
});
