// Stations in the order of their distance from the reader, who asks for it by a click. The position stays in the browser:
// nothing is sent. Without script, or without a position, the list can be ordered from a station.
"use strict";

const button = document.getElementById("near-me");
const shops = [...document.querySelectorAll(".shop")];
const EARTH_KM = 6371.0088;

// Along the great circle, by haversine; points are [latitude, longitude] in degrees.
function distance(one, other) {
  const [a, b, c, d] = [...one, ...other].map((degrees) => (degrees * Math.PI) / 180);
  const chord = Math.sin((c - a) / 2) ** 2 + Math.cos(a) * Math.cos(c) * Math.sin((d - b) / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}

function order(here) {
  const km = new Map(shops.map((shop) => {
    const at = shop.dataset.at.split(",").map(Number);
    return [shop, at.length === 2 ? distance(here, at) : Infinity];
  }));
  const groups = document.querySelectorAll(".shops");
  groups.forEach((group, number) => { group.hidden = number > 0; });
  groups[0].querySelector("h2").textContent = button.dataset.done;
  for (const shop of [...shops].sort((one, other) => km.get(one) - km.get(other))) {
    groups[0].append(shop);
    shop.querySelector(".km").textContent = Number.isFinite(km.get(shop)) ? `${km.get(shop).toFixed(1)} km` : "";
  }
}

function say(words) {
  document.getElementById("near-said").textContent = words;
}

if (shops.length && "geolocation" in navigator) {
  button.hidden = document.getElementById("near-note").hidden = false;
  button.addEventListener("click", () => {
    say("");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => order([coords.latitude, coords.longitude]),
      () => say(button.dataset.failed),
      { timeout: 15000, maximumAge: 60000 },
    );
  });
}
