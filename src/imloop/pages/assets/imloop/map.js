// Points at a place on the drawn map: a station, or the ground beside it. It fills in the fields of the form, which work
// without it. Buttons make it larger; enlarged, a finger or the mouse moves it.
"use strict";

const map = document.getElementById("map");

if (map) {
  const svg = map.querySelector("svg");
  const marks = [...map.querySelectorAll(".mark")];
  const pin = map.querySelector(".pin");
  const said = document.getElementById("map-said");
  const [latitude, longitude, address, near, place] =
    ["latitude", "longitude", "address", "near", "place"].map((name) => document.getElementById(name));
  const { west, north, perEast, perNorth } = map.dataset;
  const whole = { x: 0, y: 0, width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height };
  const NEAR_PX = 16;
  const NAMED_FROM = 4;
  let view = { ...whole };
  let zoom = 1;
  let held = null;
  let choosing = false;

  // Marks and letters keep their size on the screen; stations bear their names once there is room.
  function draw() {
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    const unit = view.width / svg.clientWidth || 1;
    marks.forEach((mark) => mark.setAttribute("r", (mark.classList.contains("chosen") ? 9 : 6) * unit));
    pin.setAttribute("r", 8 * unit);
    svg.querySelectorAll("text").forEach((text) => text.setAttribute("font-size", 14 * unit));
    svg.classList.toggle("enlarged", zoom > 1);
    svg.classList.toggle("named", zoom >= NAMED_FROM);
  }

  function enlarge(by, at = { x: view.x + view.width / 2, y: view.y + view.height / 2 }) {
    zoom = Math.min(32, Math.max(1, zoom * by));
    const [width, height] = [whole.width / zoom, whole.height / zoom];
    view = { x: at.x - width / 2, y: at.y - height / 2, width, height };
    move(0, 0);
  }

  // Never off the sheet.
  function move(right, down) {
    view.x = Math.min(whole.width - view.width, Math.max(0, view.x - right));
    view.y = Math.min(whole.height - view.height, Math.max(0, view.y - down));
    draw();
  }

  function ground(event) {
    const box = svg.getBoundingClientRect();
    return {
      x: view.x + ((event.clientX - box.left) / box.width) * view.width,
      y: view.y + ((event.clientY - box.top) / box.height) * view.height,
      unit: view.width / box.width,
    };
  }

  function nearest(at) {
    const away = (mark) => Math.hypot(mark.cx.baseVal.value - at.x, mark.cy.baseVal.value - at.y);
    const mark = marks.reduce((one, other) => (away(other) < away(one) ? other : one));
    return { mark, away: away(mark) };
  }

  function put(at) {
    pin.setAttribute("cx", at.x);
    pin.setAttribute("cy", at.y);
  }

  // The district of the nearest station, as long as nobody typed another.
  function fillPlace(mark) {
    const option = document.querySelector(`#places option[value^="${mark.dataset.of.split(" ")[1]}"]`);
    if (option && (!place.value || place.value === map.filled)) {
      place.value = map.filled = option.value;
    }
  }

  function choose(at) {
    const { mark, away } = nearest(at);
    const chosen = away <= NEAR_PX * at.unit ? mark : null;
    const there = chosen ? { x: mark.cx.baseVal.value, y: mark.cy.baseVal.value } : at;
    marks.forEach((each) => each.classList.toggle("chosen", each === chosen));
    latitude.value = (Number(north) - there.y / Number(perNorth)).toFixed(5);
    longitude.value = (Number(west) + there.x / Number(perEast)).toFixed(5);
    const name = chosen ? chosen.textContent.trim() : "";
    near.value = chosen ? `${chosen.dataset.of.split(" ")[0]} ${name}` : "";
    if (!address.value || address.value === map.named) {
      address.value = map.named = name;
    }
    fillPlace(mark);
    put(there);
    draw();
    said.textContent = chosen ? `${map.dataset.chosen} ${name}` : map.dataset.point;
    choosing = true;
    longitude.dispatchEvent(new Event("change", { bubbles: true }));
    choosing = false;
  }

  // What was typed, or comes from the telephone's own position.
  function follow() {
    const [lat, lon] = [latitude.value, longitude.value].map(Number);
    if (choosing || !latitude.value || !longitude.value || Number.isNaN(lat + lon)) return;
    marks.forEach((each) => each.classList.remove("chosen"));
    near.value = said.textContent = "";
    if (address.value === map.named) address.value = "";
    const at = { x: (lon - west) * perEast, y: (north - lat) * perNorth };
    put(at);
    const onSheet = at.x > 0 && at.x < whole.width && at.y > 0 && at.y < whole.height;
    if (onSheet) fillPlace(nearest(at).mark);
    else if (place.value === map.filled) place.value = "";
    draw();
  }

  marks.forEach((mark) => {
    const text = document.createElementNS(svg.namespaceURI, "text");
    text.textContent = mark.textContent.trim();
    ["x", "y"].forEach((axis) => text.setAttribute(axis, mark.getAttribute(`c${axis}`)));
    text.setAttribute("class", "name");
    text.setAttribute("dy", "1.6em");
    mark.after(text);
  });
  svg.addEventListener("pointerdown", (event) => {
    held = { x: event.clientX, y: event.clientY, moved: false };
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [right, down] = [event.clientX - held.x, event.clientY - held.y];
    if (!held.moved && Math.hypot(right, down) < 6) return;
    const { unit } = ground(event);
    held = { x: event.clientX, y: event.clientY, moved: true };
    move(right * unit, down * unit);
  });
  svg.addEventListener("pointerup", (event) => {
    if (held && !held.moved) choose(ground(event));
    held = null;
  });
  svg.addEventListener("pointercancel", () => { held = null; });
  map.querySelectorAll("[data-zoom]").forEach((button) => {
    const pinned = () => (pin.cx.baseVal.value > 0 ? { x: pin.cx.baseVal.value, y: pin.cy.baseVal.value } : undefined);
    button.addEventListener("click", () => enlarge(Number(button.dataset.zoom), zoom === 1 ? pinned() : undefined));
  });
  [latitude, longitude].forEach((field) => field.addEventListener("change", follow));
  map.hidden = false;
  window.addEventListener("resize", draw);
  if (!near.value) follow();
  draw();
}
