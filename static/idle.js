/* The warning before a session ends: what is typed is kept, and no patient stays on the screen.

   [data-idle] says in how many seconds the session ends if nothing more is done, [data-left] in how
   many in any case: both as the server counts them. All tabs of a browser share one session, and so the moment at which it ends. */
"use strict";

const WARNED = 120; /* seconds before the end */
const TOLD = 60; /* seconds: somebody who types is there, and the server is told so often at most */
const ENDS = "session-ends";
const idle = document.querySelector("[data-idle]");
const limit = Date.now() + Number(idle.dataset.left) * 1000;
let told = Date.now();

const ends = () => Math.min(limit, Number(window.localStorage.getItem(ENDS)));

function wasThere(seconds) {
  told = Date.now();
  window.localStorage.setItem(ENDS, told + seconds * 1000);
  look();
}

async function stay() {
  told = Date.now();
  const token = idle.querySelector("[name=csrfmiddlewaretoken]").value;
  try {
    const answer = await window.fetch(idle.dataset.stay, {
      method: "POST",
      headers: { "X-CSRFToken": token },
      redirect: "manual",
    });
    if (answer.ok) {
      wasThere((await answer.json()).idle);
    }
  } catch {
    /* No network: the warning stands, and the next try is a minute from now. */
  }
}

function leave() {
  const entry = document.querySelector("form[data-entry]");
  if (entry && "dirty" in entry.dataset) {
    keep(entry, here());
    delete entry.dataset.dirty;
  }
  window.location.assign(`${idle.dataset.signIn}?next=${encodeURIComponent(here())}`);
}

function look() {
  const end = ends();
  const left = end - Date.now();
  if (left <= 0) {
    window.clearInterval(watch);
    leave();
    return;
  }
  const isSoon = left <= WARNED * 1000;
  if (isSoon && idle.hidden) {
    const isLong = end === limit;
    const clock = new Date(end).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    idle.querySelectorAll("[data-at]").forEach((place) => (place.textContent = clock));
    idle.querySelector("[data-soon=idle]").hidden = isLong;
    idle.querySelector("[data-soon=long]").hidden = !isLong;
    idle.querySelector("[data-stay-button]").hidden = isLong;
  }
  idle.hidden = !isSoon;
}

const watch = window.setInterval(look, 1000);
idle.querySelector("[data-stay-button]").addEventListener("click", stay);
document.addEventListener("visibilitychange", look);
document.addEventListener("input", () => {
  if (Date.now() - told > TOLD * 1000) {
    stay();
  }
});
wasThere(Number(idle.dataset.idle));
