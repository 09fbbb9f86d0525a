// Two things that HTML cannot say: Ctrl-Enter hands in, and polling where events do not arrive.
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

// A submit button pressed twice would hand in twice.
document.addEventListener("submit", (event) => {
  const button = event.target.querySelector("[data-once]");
  if (button) window.setTimeout(() => { button.disabled = true; });
});

// Coming back to a page that the browser kept must not find its button disabled.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-once]")) button.disabled = false;
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
