// Passkeys: asks the server for a challenge, the browser for a key, and sends the answer back.
"use strict";
(() => {
  const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
  const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

  async function post(address, content) {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(content ?? {}),
      credentials: "same-origin",
    });
    const type = answer.headers.get("Content-Type") ?? "";
    if (answer.redirected || !type.startsWith("application/json")) { // logged out meanwhile, or asked to confirm first
      window.location.assign(answer.redirected ? answer.url : window.location.href);
      return null;
    }
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.message);
    return told;
  }

  function opened(options) {
    const key = { ...options.publicKey, challenge: toBytes(options.publicKey.challenge) };
    if (key.user) key.user = { ...key.user, id: toBytes(key.user.id) };
    for (const list of ["excludeCredentials", "allowCredentials"]) {
      if (key[list]) key[list] = key[list].map((each) => ({ ...each, id: toBytes(each.id) }));
    }
    return { publicKey: key };
  }

  function closed(credential, label) {
    const given = credential.response;
    const response = { clientDataJSON: toText(given.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (given[part]) response[part] = toText(given[part]);
    }
    const id = toText(credential.rawId);
    const answer = { id, rawId: id, type: credential.type, response, clientExtensionResults: {} };
    return label ? { ...answer, label } : answer;
  }

  async function run(button) {
    const options = await post(button.dataset.options);
    if (!options) return;
    const wanted = opened(options);
    const credential = button.dataset.passkey === "new"
      ? await navigator.credentials.create(wanted)
      : await navigator.credentials.get(wanted);
    const label = document.getElementById(button.dataset.label ?? "")?.value ?? "";
    const told = await post(button.dataset.answer, closed(credential, label));
    if (told) window.location.assign(told.next);
  }

  for (const button of document.querySelectorAll("[data-passkey]")) {
    if (!window.PublicKeyCredential) { // no secure context, or an old browser: the other ways stay
      button.hidden = true;
      continue;
    }
    button.addEventListener("click", async () => {
      const note = document.getElementById(button.dataset.note);
      button.disabled = true;
      note.hidden = true;
      try {
        await run(button);
      } catch (error) {
        note.textContent = error.name === "Error" ? error.message : button.dataset.failed;
        note.hidden = false;
        note.focus();
      } finally {
        button.disabled = false;
      }
    });
  }
})();
