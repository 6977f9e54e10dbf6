// Stations on a map. The list below says the same; without this script there is only the list.
"use strict";
(function () {
  const box = document.getElementById("map");
  const sites = JSON.parse(document.getElementById("sites").textContent);
  if (!sites.length) return;
  box.hidden = false;
  const map = window.L.map(box, { scrollWheelZoom: false, attributionControl: Boolean(box.dataset.tiles) });
  if (box.dataset.tiles) window.L.tileLayer(box.dataset.tiles, { maxZoom: 18 }).addTo(map);

  const words = (site) => {
    const link = document.createElement("a");
    link.href = site.url;
    link.textContent = site.name;
    const rest = document.createElement("div");
    rest.textContent = `${box.dataset[site.kind]} · ${site.active ? box.dataset.open : box.dataset.closed}${site.address ? " · " + site.address : ""}`;
    const both = document.createElement("div");
    both.append(link, rest);
    return both;
  };
  // Colour, shape of the stroke and words: none alone.
  const marks = sites.map((site) => window.L.circleMarker(site.at, {
    radius: site.kind === "istation" ? 9 : 7,
    color: site.active ? (site.kind === "istation" ? "#0b5c6b" : "#1f5fa8") : "#c2321f",
    dashArray: site.active ? null : "3 3",
    fillColor: site.kind === "istation" ? "#0f7f8f" : "#fff",
    fillOpacity: site.active ? 0.85 : 0.25,
    weight: 3,
  }).bindPopup(words(site)).bindTooltip(site.name).addTo(map));
  map.fitBounds(window.L.featureGroup(marks).getBounds().pad(0.15), { maxZoom: 14 });

  fetch(box.dataset.outlines).then((answer) => answer.json()).then((areas) => {
    const drawn = window.L.geoJSON(areas, {
      style: { color: "#64737b", weight: 1.5, fillOpacity: 0.05, fillColor: "#0b5c6b" },
      onEachFeature: (area, layer) => layer.bindTooltip(area.properties.name, { permanent: true, direction: "center", className: "area" }),
    }).addTo(map);
    drawn.bringToBack();
    if (areas.features.some((area) => area.properties.schematic)) document.getElementById("schematic").hidden = false;
  });
})();
