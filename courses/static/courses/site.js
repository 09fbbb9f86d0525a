// What HTML cannot say: Ctrl-Enter hands in, what is too large stays here, a page whose events do not
// arrive polls, what is unfolded stays so. Everything works without this file, with a reload more.
"use strict";

const EVENTS_WITHIN_MS = 3000;
const POLL_EVERY_MS = 2000;

document.addEventListener("keydown", (event) => {
  const form = event.target.form;
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  if (!form || !form.hasAttribute("data-ctrl-enter")) return;
  event.preventDefault();
  form.requestSubmit();
});

// The server refuses what is too large as well; but then it has been sent, and typed text may be lost.
document.addEventListener("input", (event) => {
  const limit = Number(event.target.dataset.bytesMax);
  if (!limit) return;
  const content = event.target.files ? event.target.files[0] : new Blob([event.target.value]);
  const size = content ? content.size : 0;
  const message = `This is too large: it has ${size} bytes, and at most ${limit} are accepted.`;
  event.target.setCustomValidity(size > limit ? message : "");
});

// A submit button pressed twice would hand in twice.
document.addEventListener("submit", (event) => {
  const button = event.target.querySelector("[data-once]");
  if (button) window.setTimeout(() => { button.disabled = true; });
});

// Coming back to a page that the browser kept must not find its button disabled.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-once]")) button.disabled = false;
});

// What somebody has unfolded stays so when the part around it is renewed.
let unfolded = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  unfolded = [...event.target.querySelectorAll("details[open][id]")].map((one) => one.id);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
});

const live = document.querySelector("[data-state-url]");
if (live) follow(live);

function follow(live) {
  let timer = window.setTimeout(poll, EVENTS_WITHIN_MS);

  live.addEventListener("htmx:sseMessage", () => {
    window.clearTimeout(timer);
    timer = 0;
  });
  live.addEventListener("htmx:sseError", () => {
    if (!timer && !isFinal()) timer = window.setTimeout(poll, POLL_EVERY_MS);
  });
  live.addEventListener("htmx:afterSwap", () => {
    const title = live.querySelector("[data-title]");
    if (title) document.title = title.dataset.title;
  });

  async function poll() {
    try {
      await window.htmx.ajax("GET", live.dataset.stateUrl, { target: live, swap: "innerHTML" });
    } finally {
      timer = isFinal() ? 0 : window.setTimeout(poll, POLL_EVERY_MS);
    }
  }

  function isFinal() {
    return live.querySelector("[data-final]") !== null;
  }
}
