// A key for each answer, so that a reading takes seconds: the letter on a button presses it; K goes to the reasons of a
// no, where a digit chooses one and sends it. Without script the same buttons are pressed by hand.
"use strict";

const why = document.getElementById("why");
const reject = document.getElementById("reject");
let choosing = false;
let sent = false;

function typing(target) {
  return target.tagName === "TEXTAREA" || target.tagName === "SELECT" || (target.tagName === "INPUT" && target.type !== "radio");
}

document.addEventListener("submit", () => { sent = true; });

document.addEventListener("keydown", (event) => {
  if (sent || event.repeat || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  const key = event.key.toLowerCase();
  if (key === "k" && why) {
    choosing = true;
    why.focus();
    event.preventDefault();
    return;
  }
  const wanted = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!wanted || (wanted.type === "radio" && !choosing)) return;
  event.preventDefault();
  wanted.click();
  if (wanted.type === "radio") reject.click();
});
