// The I-station's first page says by itself that a repaired vehicle may come for its retest. Without script, or where the
// stream cannot be opened, the page shows the same after a reload.
"use strict";

const box = document.getElementById("arrivals");

function show(event) {
  const said = JSON.parse(event.data).body;
  const line = document.createElement("p");
  const link = document.createElement("a");
  link.href = `/cases/${encodeURIComponent(said.case)}`;
  link.textContent = said.plate || said.case;
  line.append(link, ` ${box.dataset.words}`);
  box.prepend(line);
  while (box.children.length > Number(box.dataset.most)) box.lastElementChild.remove();
  box.hidden = false;
}

if (box && "EventSource" in window) {
  const source = new EventSource(box.dataset.stream);
  source.addEventListener("retest-allowed", show);
  window.addEventListener("pagehide", () => source.close());
}
