// Spot checks on a phone. A record is kept in the browser before anything is sent, stays there until the platform has
// answered, and is sent with its own number, so that sending it twice makes one record.
"use strict";

const QUEUE = "imloop-spot-queue";
const KIT = "imloop-spot-kit";
const MOST_DONE = 50;
const KIND = { TSI: "analyser", FREEACC: "opacimeter", RINGELMANN: "ringelmann_chart" };
const form = document.getElementById("spot");
const link = document.getElementById("link");
const list = document.getElementById("queue");
const field = (name) => form.elements[name];
const text = (name) => field(name).value.trim();
const number = (typed) => (typed.trim() === "" ? null : Number(typed.trim().replace(",", ".")));
let kit = JSON.parse(document.getElementById("kit").textContent);
let loggedOut = false;
let sending = false;

const queue = () => JSON.parse(localStorage.getItem(QUEUE) || "[]");
function keep(rows) {
  const done = rows.filter((row) => row.state === "sent").slice(-MOST_DONE);
  localStorage.setItem(QUEUE, JSON.stringify(rows.filter((row) => row.state !== "sent" || done.includes(row))));
}

function method() {
  const chosen = form.querySelector("[name=method]:checked");
  return chosen ? chosen.value : "";
}

const task = () => kit.tasks.find((each) => each.number === text("task"));
const carried = (kind) => (kit.instruments.find((each) => each.kind === kind) || { serial: "" }).serial;
const readings = () => [...form.querySelectorAll("[name=readings]")].map((each) => number(each.value)).filter((n) => n !== null);

function values() {
  const found = {};
  for (const name of Object.keys(kit.limits[method()] || {})) {
    const typed = method() === "FREEACC" ? null : field(name) && number(field(name).value);
    if (typed !== null && typed !== undefined) found[name] = typed;
  }
  return found;
}

// By the limits that came with the page: what the driver is told at once. The platform's own result counts.
function judged() {
  const limits = kit.limits[method()];
  const found = values();
  if (method() === "FREEACC") {
    const last = readings().slice(-kit.blips);
    if (last.length === kit.blips) found.k_mean_per_m = last.reduce((sum, each) => sum + each, 0) / kit.blips;
  }
  if (!limits || !Object.keys(limits).length) return "open";
  let open = false;
  for (const [name, limit] of Object.entries(limits)) {
    if (!(name in found)) {
      open = true;
      continue;
    }
    const value = kit.rounded ? Number(found[name].toFixed(Math.max(limit.decimals, 0))) : Number(found[name].toFixed(9));
    if ((limit.high !== null && value > limit.high) || (limit.low !== null && value < limit.low)) return "fail";
  }
  return open ? "open" : "pass";
}

function show() {
  for (const part of form.querySelectorAll(".values")) part.hidden = part.dataset.method !== method();
  const result = judged();
  const said = document.getElementById("result");
  said.textContent = form.dataset[result];
  said.className = `tag ${result === "open" ? "wait" : result}`;
  const kind = KIND[method()];
  document.getElementById("carried").textContent = kind ? carried(kind) || form.dataset.noinstrument : "";
}

function offer() {
  const before = text("task");
  field("task").replaceChildren(...kit.tasks.map((each) => new Option(each.place, each.number)));
  if (kit.tasks.some((each) => each.number === before)) field("task").value = before;
  team();
}

function team() {
  const people = (task() || { officers: [] }).officers;
  document.getElementById("officers").replaceChildren(...people.map(([user, name]) => {
    const label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "officers", value: user, checked: true });
    label.append(box, ` ${name}`);
    return label;
  }));
  if (task() && task().plate && !text("plate")) field("plate").value = task().plate;
}

function record() {
  const chosen = method();
  const refused = text("refusal");
  const now = new Date();
  const found = {
    schema: "imloop.spot-check/1",
    client_id: `${kit.user}-${now.getTime()}-${Math.floor(Math.random() * 1e6)}`.replace(/[^A-Za-z0-9\-_.]/g, "").slice(-64),
    task: text("task"),
    at: new Date(now.getTime() + 8 * 3600000).toISOString().slice(0, 19) + "+08:00",
    officers: [...form.querySelectorAll("[name=officers]:checked")].map((each) => each.value),
    vehicle: { plate: text("plate"), vin: text("vin"), fuel: chosen === "TSI" ? "gasoline" : "diesel" },
    signed: text("signed"),
    signed_why: text("signed_why"),
  };
  if (number(text("odometer_km")) !== null) found.vehicle.odometer_km = number(text("odometer_km"));
  if (refused) return { ...found, refusal: refused };
  Object.assign(found, { method: chosen, instrument: carried(KIND[chosen]) });
  if (chosen === "FREEACC") found.readings = readings();
  else found.values = values();
  if (text("devices")) found.exterior = { devices_present: text("devices") === "yes" };
  if (text("mil")) Object.assign(found, { obd: { communication: true, mil_on: text("mil") === "yes" }, obd_reader: carried("obd_reader") });
  if (text("urea")) Object.assign(found, { urea: { content_pct: number(text("urea")) }, refractometer: carried("refractometer") });
  if (text("sample")) found.sample = { number: text("sample"), seals: text("seals").split(/[\s,，、]+/).filter(Boolean) };
  return found;
}

function fault() {
  if (!text("plate") && !text("vin")) return form.dataset.noplate;
  if (!text("refusal") && !readings().length && !Object.keys(values()).length) return form.dataset.novalues;
  return "";
}

function button(words, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: words });
  made.addEventListener("click", act);
  return made;
}

// A record that the platform refused goes back into the form; as a new one it gets a number of its own.
function again(row) {
  const { vehicle } = row.record;
  field("plate").value = vehicle.plate;
  field("vin").value = vehicle.vin || "";
  for (const each of form.querySelectorAll("[name=method]")) each.checked = each.value === row.record.method;
  form.querySelectorAll("[name=readings]").forEach((each, at) => { each.value = (row.record.readings || [])[at] ?? ""; });
  for (const [name, value] of Object.entries(row.record.values || {})) field(name).value = value;
  remove(row);
  show();
  field("plate").focus();
}

function remove(row) {
  keep(queue().filter((each) => each.record.client_id !== row.record.client_id));
  tell();
}

function line(row) {
  const shown = document.createElement("li");
  const { vehicle, at } = row.record;
  const said = Object.assign(document.createElement("span"), { className: `tag ${{ pass: "pass", fail: "fail" }[row.result] || "wait"}` });
  said.textContent = row.state === "sent" ? row.said : list.dataset[row.state];
  shown.append(`${at.slice(5, 16).replace("T", " ")} ${vehicle.plate || vehicle.vin} `, said);
  if (row.state === "sent") {
    const more = Object.assign(document.createElement("a"), { href: `/spot-checks/${row.number}`, textContent: row.number });
    shown.append(" ", more);
  } else if (row.state === "refused") {
    shown.append(` ${row.said} `, button(list.dataset.again, () => again(row)), " ",
      button(list.dataset.drop, () => { if (window.confirm(list.dataset.sure)) remove(row); }));
  }
  return shown;
}

function tell() {
  const rows = queue();
  const waiting = rows.filter((row) => row.state === "waiting").length;
  list.replaceChildren(...rows.slice().reverse().map(line));
  const net = loggedOut ? link.dataset.login : navigator.onLine ? link.dataset.on : link.dataset.off;
  link.textContent = `${net} · ${waiting ? `${waiting} ${link.dataset.waiting}` : link.dataset.none}`;
  link.classList.toggle("bad", loggedOut);
}

function settle(id, change) {
  keep(queue().map((row) => (row.record.client_id === id ? { ...row, ...change } : row)));
}

async function sendOne(row, token) {
  const answer = await fetch("/spot-checks/phone/send", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(row.record),
  });
  const spoken = (answer.headers.get("Content-Type") || "").startsWith("application/json");
  if (answer.status >= 500 || answer.status === 429 || !spoken) return false;
  const said = await answer.json();
  if (answer.ok) {
    const words = [said.result_words, said.state_words, said.deadline].filter(Boolean).join(" · ");
    settle(row.record.client_id, { state: "sent", number: said.number, result: said.result, said: words });
  } else {
    settle(row.record.client_id, { state: "refused", said: said.reasons.length ? said.reasons.join(" ") : said.text });
  }
  return true;
}

async function send() {
  if (sending || !navigator.onLine) return tell();
  sending = true;
  try {
    const answer = await fetch("/spot-checks/phone/state", { headers: { Accept: "application/json" } });
    loggedOut = answer.redirected || !(answer.headers.get("Content-Type") || "").startsWith("application/json");
    if (loggedOut || !answer.ok) return;
    const said = await answer.json();
    kit = said.kit;
    localStorage.setItem(KIT, JSON.stringify(kit));
    offer();
    for (const row of queue().filter((each) => each.state === "waiting")) {
      if (!(await sendOne(row, said.csrf))) break;
      tell();
    }
  } catch {
    // No network after all: everything stays where it is.
  } finally {
    sending = false;
    tell();
  }
}

form.addEventListener("input", show);
field("task").addEventListener("change", team);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const wrong = fault();
  document.getElementById("fault").textContent = wrong;
  if (wrong) return;
  const result = text("refusal") ? "open" : judged();
  try {
    keep([...queue(), { record: record(), state: "waiting", result }]);
  } catch {
    document.getElementById("fault").textContent = form.dataset.full;
    return;
  }
  const chosen = { task: text("task"), method: method() };
  form.reset();
  field("task").value = chosen.task;
  for (const each of form.querySelectorAll("[name=method]")) each.checked = each.value === chosen.method;
  team();
  show();
  send();
});
window.addEventListener("online", send);
window.addEventListener("offline", tell);
window.setInterval(() => { if (queue().some((row) => row.state === "waiting")) send(); }, 30000);

const first = form.querySelector("[name=method][value=FREEACC]") || form.querySelector("[name=method]");
first.checked = true;
offer();
show();
tell();
send();
// So that the page opens without network, it and its parts are fetched once more by the way of the worker.
function warm() {
  const parts = [...document.querySelectorAll("link[href], script[src]")].map((each) => each.href || each.src);
  Promise.all([window.location.href, ...parts].map((each) => fetch(each))).catch(() => {});
}

if ("serviceWorker" in navigator) {
  if (navigator.serviceWorker.controller) warm();
  else navigator.serviceWorker.addEventListener("controllerchange", warm);
  navigator.serviceWorker.register("/spot-checks/worker.js", { scope: "/spot-checks/" }).catch(() => {});
}
