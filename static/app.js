/* What makes forms quicker to fill. Every page works without it. Usage stands above each part. */
"use strict";

/* The controls of a form part whose name is `name`, with or without the prefix of a formset row. */
const controlsNamed = (scope, name) =>
  [...scope.querySelectorAll("input, select, textarea")].filter(
    (control) => control.name === name || control.name.endsWith(`-${name}`),
  );

const isBox = (control) => control.type === "radio" || control.type === "checkbox";

const valueOf = (controls) => {
  const chosen = controls.find((control) => !isBox(control) || control.checked);
  return chosen ? chosen.value : "";
};

/* data-reveal="kind=slot|clock" on any element inside a form or a [data-row]: shown while the control
   `kind` of the same row has one of these values. What is hidden is disabled, so it is not sent. */
function reveal(root) {
  const hiddenBy = (part) => {
    const [name, values] = part.dataset.reveal.split("=");
    const scope = part.parentElement.closest("[data-row]") || part.closest("form");
    return !values.split("|").includes(valueOf(controlsNamed(scope, name)));
  };
  for (const part of root.querySelectorAll("[data-reveal]")) {
    part.hidden = hiddenBy(part);
    for (const control of part.querySelectorAll("input, select, textarea")) {
      control.disabled = Boolean(control.closest("[data-reveal][hidden]"));
    }
  }
}

/* <button name="add_row" value="components" data-add-row="components"> copies
   <template id="components-empty"> to the end of #components-rows and counts it in TOTAL_FORMS.
   Without this script the button submits, and the server answers with one more row. */
function addRow(prefix, focus = true) {
  const total = document.getElementById(`id_${prefix}-TOTAL_FORMS`);
  const copy = document.getElementById(`${prefix}-empty`).content.cloneNode(true);
  for (const element of copy.querySelectorAll("*")) {
    for (const attribute of element.attributes) {
      attribute.value = attribute.value.replaceAll("__prefix__", total.value);
    }
  }
  const row = copy.firstElementChild;
  document.getElementById(`${prefix}-rows`).append(row);
  total.value = Number(total.value) + 1;
  reveal(row.closest("form"));
  if (focus) {
    row.querySelector("input:not([type=hidden]), select, textarea").focus();
  }
}

/* <form data-entry>: leaving with something typed asks first, and what was typed comes back after
   signing in again: it is kept in this tab, from the submit (or "Not you?") to the next page that is
   opened and is not a sign-in page. What was sent after the session had ended, the server gives back
   itself (access/kept.py), and then shows [data-kept]. */
const KEPT = "kept-form";
const here = () => window.location.pathname + window.location.search;
const neverKept = (name) => name === "csrfmiddlewaretoken" || name === "submission";

const entered = (form) =>
  [...form.elements]
    .filter((control) => control.name && control.type !== "password" && control.type !== "file")
    .filter((control) => !neverKept(control.name) && control.tagName !== "BUTTON")
    .map((control) => [control.name, control.value, isBox(control) ? control.checked : null]);

function keep(form, path) {
  window.sessionStorage.setItem(KEPT, JSON.stringify({ path, typed: entered(form) }));
}

function giveBack(form) {
  const kept = JSON.parse(window.sessionStorage.getItem(KEPT) || "null");
  const page = document.getElementById("content");
  /* An answer to a POST either holds what was typed already, or says that it was not taken. */
  if (page.dataset.method !== "GET" || page.matches(".entrance")) {
    return;
  }
  window.sessionStorage.removeItem(KEPT);
  const notice = document.querySelector("[data-kept]");
  if (form && notice && !notice.hidden) {
    form.dataset.dirty = "";
    return;
  }
  if (!form || kept?.path !== here()) {
    return;
  }
  const shown = JSON.stringify(entered(form));
  for (const [name, value] of kept.typed) {
    const prefix = name.match(/^(.+)-TOTAL_FORMS$/)?.[1];
    while (prefix && Number(form.elements[name].value) < Number(value)) {
      addRow(prefix, false);
    }
  }
  /* What was kept on the read-back page was hidden: a value there is a tick here, and a box that was
     not named was not ticked. The value of a box itself never changes. */
  [...form.elements].filter(isBox).forEach((box) => (box.checked = false));
  for (const [name, value, checked] of kept.typed) {
    const same = [...form.elements].filter((control) => control.name === name);
    const box = same.find((control) => isBox(control) && control.value === value);
    if (box) {
      box.checked = checked ?? true;
    } else if (same.length && !isBox(same[0])) {
      same[0].value = value;
    }
  }
  reveal(form);
  if (JSON.stringify(entered(form)) === shown) {
    return; /* it was taken: the page shows it without our help */
  }
  form.dataset.dirty = "";
  notice?.removeAttribute("hidden");
}

/* <p data-progress="address" hidden><progress></progress></p> in a form: shown
   once the form is sent, and filled as the server says how far its answer is, until the answer comes.
   The cookie names the bar to the server, for the form and for the page that it leads to. */
function showProgress(form) {
  const shown = form.querySelector("[data-progress]");
  if (!shown) {
    return;
  }
  const signs = [...window.crypto.getRandomValues(new Uint8Array(16))];
  const key = signs.map((sign) => sign.toString(16).padStart(2, "0")).join("");
  document.cookie = `progress=${key}; path=/; max-age=300; samesite=strict`;
  shown.hidden = false;
  const bar = shown.querySelector("progress");
  window.setInterval(async () => {
    const answer = await fetch(shown.dataset.progress, { headers: { "X-Unattended": "1" } }).catch(() => null);
    const { done, total } = answer?.ok ? await answer.json() : { done: 0, total: 0 };
    if (total) {
      bar.max = total;
      bar.value = done;
    } else {
      bar.removeAttribute("value");
    }
  }, 500);
}

/* A date, and a range of figures, stands on one line: after "09-" or "5 to" a browser may end one.
   What breaks no lines, or was typed into a box, stays as it is. */
const WHOLE = /(\d\d-\p{L}+-\d{4}|\d[\d.,]* \S+ \d[\d.,]*(?=\u00a0))/u;
const LEFT_ALONE = "svg, textarea, option, .nowrap";

function keepWhole(root) {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (WHOLE.test(text.data) && !text.parentElement.closest(LEFT_ALONE)) {
      found.push(text);
    }
  }
  for (const text of found) {
    const words = document.createElement("span"); /* one thing, as the text was, where things lie in a row */
    text.replaceWith(words);
    text.data.split(WHOLE).forEach((piece, place) => {
      const isWhole = place % 2 === 1;
      words.append(isWhole ? whole(piece) : piece);
    });
  }
}

function whole(piece) {
  const span = document.createElement("span");
  span.className = "nowrap";
  span.append(piece);
  return span;
}

document.addEventListener("DOMContentLoaded", () => {
  const entry = document.querySelector("form[data-entry]");
  keepWhole(document.body);
  reveal(document);
  giveBack(entry);
  document.querySelector("[data-focus]")?.focus();

  document.addEventListener("change", (event) => {
    if (event.target.form) {
      reveal(event.target.form);
    }
  });

  document.addEventListener("input", (event) => {
    if (event.target.form && event.target.form === entry) {
      entry.dataset.dirty = "";
    }
  });

  document.addEventListener("click", (event) => {
    const adder = event.target.closest("[data-add-row]");
    if (adder) {
      event.preventDefault();
      addRow(adder.dataset.addRow);
    }
    const switcher = event.target.closest("[data-switch]");
    if (entry && switcher) {
      keep(entry, switcher.dataset.switch || here());
      delete entry.dataset.dirty;
    }
  });

  /* One press records once: the buttons rest until the answer is there. The server holds this too,
     by the submission's own number. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") {
      return;
    }
    if (form === entry) {
      keep(form, here());
      delete form.dataset.dirty;
    }
    showProgress(form);
    window.setTimeout(() => {
      form.querySelectorAll("button").forEach((button) => (button.disabled = true));
    });
  });

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      document.querySelectorAll("form button").forEach((button) => (button.disabled = false));
    }
  });

  window.addEventListener("beforeunload", (event) => {
    if (entry && "dirty" in entry.dataset) {
      event.preventDefault();
    }
  });
});
