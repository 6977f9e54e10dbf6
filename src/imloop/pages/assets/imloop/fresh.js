// A list renews itself when the feed says something new: the page is asked for again, and its parts marked data-fresh take
// the place of the old ones. Without script, or where the stream cannot be opened, the page shows the same after a reload.
"use strict";

const note = document.getElementById("fresh");
const TOGETHER = 300; // milliseconds: messages of one moment are one renewal
const LATER = 5000;
let last = note.dataset.after;
let source = null;
let timer = 0;
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
  soon(TOGETHER);
}

function soon(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(renew, milliseconds);
}

async function renew() {
  if (asking) return soon(TOGETHER);
  asking = true;
  try {
    const answer = await fetch(location.href, { headers: { "HX-Request": "true" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.status >= 500) soon(LATER);
    else if (!page.getElementById("fresh")) stop(true); // logged out
    else if (busy()) put_off = true;
    else for (const part of document.querySelectorAll("[data-fresh]")) put(part, page.getElementById(part.id));
  } catch {
    soon(LATER); // no network
  } finally {
    asking = false;
  }
}

// Nothing moves under a finger, a cursor that types, or a selection.
function busy() {
  const at = document.activeElement;
  const types = at.matches("input, select, textarea") && at.closest("[data-fresh]");
  const chosen = document.getSelection();
  return pressed || types || (!chosen.isCollapsed && chosen.anchorNode.parentElement.closest("[data-fresh]"));
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
  pressed = false;
  if (put_off) soon(TOGETHER);
  put_off = false;
}

if ("EventSource" in window) {
  document.addEventListener("pointerdown", () => { pressed = true; });
  for (const event of ["pointerup", "pointercancel", "focusout"]) document.addEventListener(event, freed);
  // A page that nobody sees keeps no stream; looked at again, it hears what it missed.
  document.addEventListener("visibilitychange", () => (document.hidden ? stop(false) : listen()));
  window.addEventListener("pagehide", () => stop(false));
  window.addEventListener("pageshow", listen);
  listen();
}
