/* The grid of a draft: keys, rows, saving as one types. The server reads what is typed; this script
   shows what it answers. The page works without it: every button submits. */
"use strict";

const plan = document.querySelector("form[data-plan]");
const body = plan.querySelector("[data-rows]");
const said = document.querySelector("[data-saved]");
const CELLS = "td input, td textarea";
const QUIET = 500; /* milliseconds after the last key */
const AGAIN = 4000;

/* Rows */

const rows = () => [...body.children];
const rowOf = (element) => element.closest("[data-plan-row]");
const cellsOf = (row) => [...row.querySelectorAll(CELLS)];
const isEmpty = (row) => cellsOf(row).every((cell) => !cell.value.trim());

function identity() {
  const bytes = window.crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function newRow() {
  const row = document.getElementById("plan-row").content.querySelector("tr").cloneNode(true);
  const key = identity();
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const attribute of element.attributes) {
      attribute.value = attribute.value.replaceAll("__row__", key);
    }
  }
  return row;
}

function typedIn(row) {
  const cells = Object.fromEntries(cellsOf(row).map((cell) => [cell.name, cell.value]));
  const { when, dose, words, ...others } = cells;
  const amounts = Object.entries(others).map(([name, value]) => [name.replace("at-", ""), value]);
  return { row: row.dataset.planRow, when, dose, words, amounts: Object.fromEntries(amounts) };
}

function enter(row, column) {
  const cell = cellsOf(row)[column];
  cell.focus();
  if (cell.type === "text") {
    cell.select();
  }
}

function added(row, put, column) {
  if (rows().length >= Number(plan.dataset.most)) {
    say(plan.dataset.full);
    return;
  }
  put(row);
  enter(row, column);
  changed();
}

const deeds = {
  insert: (row, column) => added(newRow(), (made) => row.before(made), column),
  below: (row, column) => added(newRow(), (made) => row.after(made), column),
  copy(row, column) {
    const made = newRow();
    const from = cellsOf(row);
    cellsOf(made).forEach((cell, place) => (cell.value = from[place].value));
    added(made, () => row.after(made), column);
  },
  up(row, column) {
    row.previousElementSibling?.before(row);
    enter(row, column);
    changed();
  },
  down(row, column) {
    row.nextElementSibling?.after(row);
    enter(row, column);
    changed();
  },
  delete(row, column) {
    if (!isEmpty(row)) {
      const undo = JSON.parse(plan.elements.undo.value || "[]");
      undo.push({ place: rows().indexOf(row), row: typedIn(row) });
      plan.elements.undo.value = JSON.stringify(undo.slice(-20));
      plan.querySelector("[value=undo]").hidden = false;
      say(plan.dataset.removed);
    }
    const next = row.nextElementSibling || row.previousElementSibling || newRow();
    row.replaceWith(...(next.isConnected ? [] : [next]));
    enter(next, column);
    changed();
  },
};

/* Saving: half a second after the last key, and again while it fails. Nothing is sent over what
   somebody else saved: then both texts are shown, and nothing is saved until one chooses. */

let edits = 0;
let saved = 0;
let timer = 0;
let sending = null;
let isStopped = false;
let isUnattended = false; /* trying again by itself: that alone keeps nobody signed in */

const say = (words) => {
  if (said.textContent !== words) {
    said.textContent = words;
  }
};

function later(time) {
  isUnattended = time === AGAIN;
  window.clearTimeout(timer);
  timer = window.setTimeout(save, time);
}

function changed() {
  edits += 1;
  later(QUIET);
}

function save() {
  window.clearTimeout(timer);
  if (!sending && !isStopped && edits !== saved) {
    sending = send().finally(() => (sending = null));
  }
  return sending;
}

async function send() {
  const at = edits;
  let answer;
  try {
    answer = await post();
    if (answer.status === 403) {
      await renewToken();
      answer = await post();
    }
  } catch {
    say(plan.dataset.unsaved);
    later(AGAIN);
    return;
  }
  if (answer.type === "opaqueredirect") {
    say(plan.dataset.signedOut);
    later(AGAIN);
    return;
  }
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) {
    saved = at;
    show(told);
    if (edits !== saved) {
      later(QUIET);
    }
  } else if (told.conflict && edits !== at) {
    later(0); /* what was typed meanwhile belongs to my text too */
  } else if (told.conflict) {
    stopForConflict(told.conflict);
  } else {
    say(told.gone || told.refused || plan.dataset.refused);
    isStopped = Boolean(told.gone);
    if (answer.status >= 500 || answer.status === 403) {
      later(AGAIN);
    }
  }
}

function post() {
  const sent = new FormData(plan);
  /* By its number the server would keep the form for the next sign-in: this page keeps it itself. */
  sent.delete("submission");
  return window.fetch(window.location.pathname, {
    method: "POST",
    headers: { Accept: "application/json", ...(isUnattended && { "X-Unattended": "1" }) },
    body: new URLSearchParams(sent),
    redirect: "manual",
  });
}

/* Who signed in again in another window has another token. */
async function renewToken() {
  const answer = await window.fetch(window.location.pathname);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector("form[data-plan] [name=csrfmiddlewaretoken]");
  if (token) {
    plan.elements.csrfmiddlewaretoken.value = token.value;
  }
}

function show(told) {
  plan.elements.revision.value = told.revision;
  for (const row of rows()) {
    const read = told.rows[row.dataset.planRow];
    if (read) {
      showRow(row, read);
    }
  }
  const state = document.querySelector("[data-state]");
  if (!state.contains(document.activeElement)) {
    state.innerHTML = told.state;
    keepWhole(state);
  }
  say(told.saved);
}

function showRow(row, read) {
  const key = row.dataset.planRow;
  row.querySelector("[data-place]").textContent = read.place;
  const cell = row.querySelector("[data-read]");
  if (cell.dataset.html !== read.read) {
    cell.innerHTML = read.read;
    keepWhole(cell);
    cell.dataset.html = read.read;
  }
  row.classList.toggle("marked", read.bad.length > 0);
  for (const typed of cellsOf(row)) {
    const isBad = read.bad.includes(typed.id.slice(0, -key.length - 1));
    if (isBad) {
      typed.setAttribute("aria-invalid", "true");
      typed.setAttribute("aria-describedby", `e-${key}`);
    } else {
      typed.removeAttribute("aria-invalid");
      typed.removeAttribute("aria-describedby");
    }
  }
}

function stopForConflict(html) {
  isStopped = true;
  const place = document.querySelector("[data-conflict]");
  place.innerHTML = html;
  keepWhole(place);
  place.hidden = false;
  plan.hidden = true;
  document.querySelector("[data-state]").hidden = true;
  say(plan.dataset.refused);
  place.querySelector("[data-focus]").focus();
}

/* Keys. All have buttons too. */

const KEYS = { ArrowUp: "up", ArrowDown: "down", Insert: "insert", Delete: "delete" };

function step(cell, row, by) {
  const column = cellsOf(row).indexOf(cell);
  const next = rows()[rows().indexOf(row) + by];
  if (next) {
    enter(next, column);
  } else if (by > 0) {
    deeds.below(row, column);
  }
}

function along(cell, by) {
  const all = [...body.querySelectorAll(CELLS)];
  const next = all[all.indexOf(cell) + by];
  if (next) {
    enter(rowOf(next), cellsOf(rowOf(next)).indexOf(next));
  }
}

const isAtStart = (cell) => cell.selectionStart === 0 && cell.selectionEnd === 0;
const isAtEnd = (cell) => cell.selectionStart === cell.value.length;
const isWhole = (cell) => cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
const isLine = (cell) => cell.tagName === "INPUT";

/* What a key does in a cell; nothing for a key that is the browser's own. */
function meaning(event, cell, row) {
  const column = cellsOf(row).indexOf(cell);
  const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
  if (altKey && !ctrlKey && !metaKey && !shiftKey && KEYS[key]) {
    return () => deeds[KEYS[key]](row, column);
  }
  if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === "d") {
    return () => deeds.copy(row, column);
  }
  if ((ctrlKey || metaKey) && key === "Enter") {
    return () => deeds.below(row, column);
  }
  if (altKey || ctrlKey || metaKey || shiftKey) {
    return null; /* Shift+Enter is a new line where there can be one */
  }
  const isFree = isLine(cell) || isWhole(cell);
  switch (key) {
    case "Enter":
      return () => step(cell, row, 1);
    case "ArrowDown":
      return isFree || isAtEnd(cell) ? () => step(cell, row, 1) : null;
    case "ArrowUp":
      return isFree || isAtStart(cell) ? () => step(cell, row, -1) : null;
    case "ArrowRight":
      return isWhole(cell) || isAtEnd(cell) ? () => along(cell, 1) : null;
    case "ArrowLeft":
      return isWhole(cell) || isAtStart(cell) ? () => along(cell, -1) : null;
  }
  return null;
}

body.addEventListener("keydown", (event) => {
  const row = rowOf(event.target);
  if (event.isComposing || !row) {
    return;
  }
  if (event.key === "Escape") {
    const menu = event.target.closest("details[open]");
    menu?.removeAttribute("open");
    menu?.querySelector("summary").focus();
    return;
  }
  const act = event.target.matches(CELLS) && meaning(event, event.target, row);
  if (act) {
    event.preventDefault();
    act();
  }
});

body.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=do]");
  const deed = button && deeds[button.value.split(":")[0]];
  if (deed) {
    event.preventDefault();
    button.closest("details").removeAttribute("open");
    deed(rowOf(button), 0);
  }
});

document.addEventListener("click", (event) => {
  for (const menu of body.querySelectorAll("details[open]")) {
    if (!menu.contains(event.target)) {
      menu.removeAttribute("open");
    }
  }
});

/* A table that is pasted into a cell is shown first, as it is read. */

body.addEventListener("paste", async (event) => {
  const text = event.clipboardData.getData("text/plain");
  const isTable = text.includes("\t") || (isLine(event.target) && /\S[^\n]*\n\s*\S/.test(text));
  if (!isTable || !event.target.matches(CELLS)) {
    return;
  }
  event.preventDefault();
  await sending;
  await save();
  if (edits !== saved) {
    return;
  }
  const filled = rows().filter((row) => !isEmpty(row));
  const here = rows().indexOf(rowOf(event.target));
  const after = filled.filter((row) => rows().indexOf(row) <= here).pop();
  const opened = document.getElementById("plan-pasted");
  opened.elements.pasted.value = text;
  opened.elements.after.value = after ? after.dataset.planRow : "";
  opened.elements.revision.value = plan.elements.revision.value;
  opened.elements.csrfmiddlewaretoken.value = plan.elements.csrfmiddlewaretoken.value;
  opened.requestSubmit();
});

/* Typing, leaving */

plan.addEventListener("input", changed);
window.addEventListener("online", save);
window.addEventListener("focus", save);

document.getElementById("unit").addEventListener("change", () => {
  plan.requestSubmit(plan.querySelector("[value=columns]"));
});

for (const box of plan.querySelectorAll("[data-lay]")) {
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      plan.requestSubmit(plan.querySelector("[value=lay]"));
    }
  });
}

plan.addEventListener("submit", (event) => {
  if (sending) {
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    sending.then(() => plan.requestSubmit(button));
    return;
  }
  window.clearTimeout(timer);
  saved = edits;
  isStopped = true;
});

/* A box of one line sends no page away. */
plan.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && isLine(event.target) && !event.defaultPrevented) {
    event.preventDefault();
    save();
  }
});

document.querySelector("[data-conflict]").addEventListener("submit", () => (saved = edits));

window.addEventListener("beforeunload", (event) => {
  if (edits !== saved) {
    event.preventDefault();
  }
});

const pinned = document.querySelector(".pinned");
new ResizeObserver(() => {
  document.documentElement.style.setProperty("--pinned", `${pinned.offsetHeight}px`);
}).observe(pinned);

if ("givenBack" in plan.dataset) {
  changed();
}

if (window.location.hash.startsWith("#row-")) {
  const row = document.getElementById(window.location.hash.slice(1));
  row?.querySelector(CELLS)?.focus();
}
