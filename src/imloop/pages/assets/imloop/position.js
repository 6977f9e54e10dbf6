// Fills in where the reader stands, when they press the button for it. Without script, or where the reader does not allow
// it, the place is written in words.
"use strict";

const here = document.getElementById("here");
const said = document.getElementById("here-said");

if (here && "geolocation" in navigator) {
  here.hidden = false;
  here.addEventListener("click", () => {
    said.textContent = "";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        document.getElementById("latitude").value = coords.latitude.toFixed(5);
        document.getElementById("longitude").value = coords.longitude.toFixed(5);
        document.getElementById("longitude").dispatchEvent(new Event("change", { bubbles: true }));
        said.textContent = here.dataset.done;
      },
      () => { said.textContent = here.dataset.failed; },
      { timeout: 15000, maximumAge: 60000 },
    );
  });
}
