/* Passkeys in forms (WebAuthn, level 2). <form data-passkey="get|create"> is shown where the browser
   has them, and sends what the passkey answered in its box `credential`, or in the one that
   data-answer names. What the passkey is asked comes from the address in data-question, which is
   asked when the button is pressed, or from the element whose id is in data-options.

   In a form that goes another way as well, a <button data-passkey-button> asks the passkey. */
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

/* The server's JSON has text where the browser wants bytes, and the other way round. */
function read(options) {
  const asked = { ...options, challenge: bytes(options.challenge) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (asked[list]) {
      asked[list] = asked[list].map((each) => ({ ...each, id: bytes(each.id) }));
    }
  }
  if (asked.user) {
    asked.user = { ...asked.user, id: bytes(asked.user.id) };
    /* One that signs in by itself has to know whose it is. */
    asked.authenticatorSelection = {
      ...asked.authenticatorSelection,
      residentKey: "required",
      requireResidentKey: true,
    };
  }
  return asked;
}

function written(credential) {
  const response = {};
  for (const part of [
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "signature",
    "userHandle",
  ]) {
    if (credential.response[part]) {
      response[part] = text(credential.response[part]);
    }
  }
  return {
    type: credential.type,
    id: credential.id,
    rawId: text(credential.rawId),
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function optionsOf(form) {
  if (form.dataset.options) {
    const found = JSON.parse(document.getElementById(form.dataset.options).textContent);
    return found.request_options || found.creation_options;
  }
  const token = form.elements.csrfmiddlewaretoken.value;
  const answer = await window.fetch(form.dataset.question, {
    method: form.dataset.questionBy || "GET",
    headers: { Accept: "application/json", "X-CSRFToken": token },
  });
  const found = await answer.json();
  return found.request_options || found;
}

async function ask(form) {
  const failed = form.querySelector("[data-failed]");
  failed.hidden = true;
  try {
    const { publicKey } = await optionsOf(form);
    const credential = await navigator.credentials[form.dataset.passkey]({
      publicKey: read(publicKey),
    });
    form.elements[form.dataset.answer || "credential"].value = JSON.stringify(written(credential));
  } catch {
    failed.hidden = false;
    return;
  }
  form.submit();
}

if (window.PublicKeyCredential) {
  document.querySelectorAll("[data-no-passkey]").forEach((words) => (words.hidden = true));
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    const button = form.querySelector("[data-passkey-button]");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", () => ask(form));
    } else {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        event.stopPropagation();
        ask(form);
      });
    }
  }
}
