// Places on a map. The list beside it says the same; without this script there is only the list.
"use strict";
(function () {
  const box = document.getElementById("map");
  const first = JSON.parse(document.getElementById("sites").textContent);
  if (!first.length) return;
  box.hidden = false;
  const map = window.L.map(box, { scrollWheelZoom: false, attributionControl: Boolean(box.dataset.tiles) });
  if (box.dataset.tiles) window.L.tileLayer(box.dataset.tiles, { maxZoom: 18 }).addTo(map);

  const words = (site) => {
    const link = document.createElement("a");
    link.href = site.url;
    link.textContent = site.name;
    const rest = document.createElement("div");
    rest.textContent = site.words;
    const both = document.createElement("div");
    both.append(link, rest);
    return both;
  };
  // Colour, shape of the stroke and words: none alone.
  const strokes = { good: null, wait: "8 4", bad: "3 3" };
  const tints = { good: { istation: "#0b5c6b", mstation: "#1f5fa8" }, wait: "#8a5700", bad: "#c2321f" };
  const mark = (site) => window.L.circleMarker(site.at, {
    radius: site.kind === "istation" ? 9 : 7,
    color: tints[site.state][site.kind] || tints[site.state],
    dashArray: strokes[site.state],
    fillColor: site.kind === "istation" ? "#0f7f8f" : "#fff",
    fillOpacity: site.state === "bad" ? 0.25 : 0.85,
    weight: 3,
  }).bindPopup(words(site)).bindTooltip(site.name);
  const marks = window.L.featureGroup(first.map(mark)).addTo(map);
  map.fitBounds(marks.getBounds().pad(0.15), { maxZoom: 14 });

  // A page that watches asks again each minute; nobody at the desk is counted for it.
  if (box.dataset.again) window.setInterval(() => {
    if (document.hidden) return;
    fetch(box.dataset.again, { headers: { "HX-Request": "true" } }).then((answer) => answer.json()).then((now) => {
      marks.clearLayers();
      now.sites.forEach((site) => mark(site).addTo(marks));
      document.getElementById("map-time").textContent = now.at;
    }).catch(() => {}); // the next minute asks again
  }, 60000);

  fetch(box.dataset.outlines).then((answer) => answer.json()).then((areas) => {
    const drawn = window.L.geoJSON(areas, {
      style: { color: "#64737b", weight: 1.5, fillOpacity: 0.05, fillColor: "#0b5c6b" },
      onEachFeature: (area, layer) => layer.bindTooltip(area.properties.name, { permanent: true, direction: "center", className: "area" }),
    }).addTo(map);
    drawn.bringToBack();
    if (areas.features.some((area) => area.properties.schematic)) document.getElementById("schematic").hidden = false;
  });
})();
