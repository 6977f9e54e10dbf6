// A list renews itself when the feed says something new, and each minute for what is not worth a message (who has come,
// how long somebody waits): the page is asked for again, and its parts marked data-fresh take the place of the old ones.
// Without script, or where the stream cannot be opened, the page shows the same after a reload.
"use strict";

const note = document.getElementById("fresh");
const TOGETHER = 300; // milliseconds: messages of one moment are one renewal
const REST = 3000; // between renewals: where messages come all the time the server has other work, too
const AT_LAST = 60000; // without any message
let last = note.dataset.after;
let source = null;
let timer = 0;
let renewed = 0;
let asking = false;
let put_off = false;
let pressed = false;

function listen() {
  if (source || document.hidden) return;
  source = new EventSource(`${note.dataset.stream}?after=${last}`);
  for (const topic of note.dataset.topics.split(" ")) source.addEventListener(topic, heard);
  source.onopen = () => ended(false);
  source.onerror = () => {
    if (source && source.readyState === EventSource.CLOSED) stop(true); // anything else it mends by itself
  };
}

function stop(for_good) {
  if (source) source.close();
  source = null;
  ended(for_good);
}

function ended(yes) {
  document.getElementById("fresh-ended").hidden = !yes;
}

function heard(event) {
  last = event.lastEventId;
  soon();
}

function soon() {
  if (!timer) timer = setTimeout(renew, Math.max(TOGETHER, renewed + REST - Date.now()));
}

async function renew() {
  timer = 0;
  renewed = Date.now();
  if (asking) return soon();
  asking = true;
  const page = await asked();
  asking = false;
  if (!page) soon();
  else if (!page.getElementById("fresh")) stop(true); // logged out
  else if (busy()) put_off = true;
  else for (const part of document.querySelectorAll("[data-fresh]")) put(part, page.getElementById(part.id));
}

// The page as it is now; null without network or while the server is away.
async function asked() {
  try {
    const answer = await fetch(location.href, { headers: { "HX-Request": "true" } });
    return answer.status < 500 ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}

// Nothing moves under a finger, a cursor that types, or a selection.
function busy() {
  const at = document.activeElement;
  const types = at?.matches("input, select, textarea") && at.closest("[data-fresh]");
  const chosen = document.getSelection();
  return pressed || types || (!chosen.isCollapsed && chosen.anchorNode.parentElement?.closest("[data-fresh]"));
}

function put(part, fresh) {
  if (!fresh || fresh.innerHTML === part.innerHTML) return;
  const focused = part.contains(document.activeElement) ? name_of(document.activeElement) : "";
  const scrolled = [...part.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
  part.replaceChildren(...fresh.childNodes);
  part.querySelectorAll(".scroll").forEach((box, number) => { box.scrollLeft = scrolled[number] || 0; });
  if (!focused) return;
  const again = [...part.querySelectorAll("a, button")].find((each) => name_of(each) === focused);
  part.tabIndex = -1;
  (again || part).focus({ preventScroll: true });
}

function name_of(element) {
  return element.getAttribute("href") || element.getAttribute("aria-label") || element.textContent;
}

function freed() {
  if (put_off) soon();
  put_off = false;
}

if ("EventSource" in window) {
  document.addEventListener("pointerdown", () => { pressed = true; });
  for (const event of ["pointerup", "pointercancel"]) {
    document.addEventListener(event, () => { pressed = false; freed(); });
  }
  document.addEventListener("focusout", freed);
  // A page that nobody sees keeps no stream; looked at again, it hears what it missed.
  document.addEventListener("visibilitychange", () => (document.hidden ? stop(false) : listen()));
  window.addEventListener("pagehide", () => stop(false));
  window.addEventListener("pageshow", listen);
  setInterval(() => { if (source && Date.now() - renewed >= AT_LAST) soon(); }, AT_LAST);
  listen();
}
