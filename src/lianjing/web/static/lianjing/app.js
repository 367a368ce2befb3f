// What every page needs and HTML alone cannot do. No page breaks where this file is missing.
"use strict";

(() => {
  const memory = {
    read(key) { try { return JSON.parse(localStorage.getItem(`lianjing.${key}`)); } catch { return null; } },
    write(key, value) { try { localStorage.setItem(`lianjing.${key}`, JSON.stringify(value)); } catch { /* private mode */ } },
  };
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // ---- menu: hidden or shown, groups open or folded, as the reader left them
  const page = document.documentElement;
  page.classList.toggle("lj-side-hidden", memory.read("side-hidden") === true);
  all("[data-toggle-menu]").forEach((button) => {
    const tell = () => button.setAttribute("aria-expanded", String(!page.classList.contains("lj-side-hidden")));
    tell();
    button.addEventListener("click", () => {
      memory.write("side-hidden", page.classList.toggle("lj-side-hidden"));
      tell();
    });
  });
  all("details[data-remember]").forEach((group) => {
    const key = group.dataset.remember;
    if (memory.read(key) === false && !group.querySelector("[aria-current]")) group.open = false;
    group.addEventListener("toggle", () => memory.write(key, group.open));
  });

  // ---- columns of a list
  const showColumns = (chooser) => {
    const table = document.getElementById(chooser.dataset.columnsOf);
    if (!table) return;
    all("input", chooser).forEach((box) => {
      all(`[data-col="${CSS.escape(box.value)}"]`, table).forEach((cell) => { cell.hidden = !box.checked; });
    });
  };
  const prepareColumns = () => all("[data-columns-of]").forEach((chooser) => {
    const key = `columns-${location.pathname}-${chooser.dataset.columnsOf}`;
    const kept = "fixed" in chooser.dataset ? null : memory.read(key);
    if (kept) all("input", chooser).forEach((box) => { box.checked = kept[box.value] ?? box.checked; });
    showColumns(chooser);
    chooser.onchange = () => {
      memory.write(key, Object.fromEntries(all("input", chooser).map((box) => [box.value, box.checked])));
      showColumns(chooser);
    };
  });
  prepareColumns();
  document.addEventListener("htmx:afterSettle", prepareColumns);

  // ---- one box that ticks all of a name in its form; without script it stays hidden
  all("[data-ticks]").forEach((box) => {
    const boxes = () => all(`input[name="${box.dataset.ticks}"]`, box.form);
    const show = () => {
      const ticked = boxes().filter((each) => each.checked).length;
      box.checked = ticked > 0 && ticked === boxes().length;
      box.indeterminate = ticked > 0 && !box.checked;
    };
    box.closest("[hidden]")?.removeAttribute("hidden");
    box.addEventListener("change", () => boxes().forEach((each) => { each.checked = box.checked; }));
    box.form.addEventListener("change", (event) => { if (event.target !== box) show(); });
    show();
  });

  // ---- a question before an act that cannot be taken back: data-confirm on a form or its button
  const dialog = document.getElementById("confirm");
  const ask = (question) => new Promise((answer) => {
    if (!dialog) { answer(window.confirm(question)); return; }
    dialog.querySelector("p").textContent = question;
    dialog.returnValue = "no";
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
    dialog.showModal();
  });

  // ---- forms: the question, then one submission only, however often the button is pressed
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (question && !form.dataset.confirmed) {
      event.preventDefault();
      const button = event.submitter;
      if (await ask(question)) {
        form.dataset.confirmed = "yes";
        form.requestSubmit(button);
      }
      return;
    }
    delete form.dataset.confirmed;
    if (event.defaultPrevented || form.hasAttribute("hx-post")) return;
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    // After this turn: a disabled button's name and value would not be sent.
    setTimeout(() => all("button:not([type=button])", form).forEach((button) => { button.disabled = true; }));
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    all("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
      all("button", form).forEach((button) => { button.disabled = false; });
    });
  });

  // ---- a table of inputs: one more row, numbered on, empty
  all("[data-rows]").forEach((frame) => {
    const button = frame.querySelector("[data-add-row]");
    const body = frame.querySelector("tbody");
    if (!button || !body?.lastElementChild) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const place = body.children.length;
      const row = body.lastElementChild.cloneNode(true);
      row.firstElementChild.textContent = String(place + 1);
      all("[name]", row).forEach((input) => {
        input.name = input.name.replace(/-\d+-/, `-${place}-`);
        input.setAttribute("aria-label", (input.getAttribute("aria-label") ?? "").replace(/\d+$/, String(place + 1)));
        if (input.tagName === "SELECT") input.selectedIndex = 0; else input.value = "";
      });
      body.append(row);
      row.querySelector("[name]")?.focus();
    });
  });

  // ---- phrases: the chosen one goes into the opinion, where the cursor stands
  all("[data-insert-into]").forEach((choice) => {
    const field = document.getElementById(choice.dataset.insertInto);
    if (!field) return;
    choice.hidden = false;
    choice.addEventListener("change", () => {
      if (!choice.value) return;
      field.setRangeText(choice.value, field.selectionStart, field.selectionEnd, "end");
      choice.selectedIndex = 0;
      field.focus();
    });
  });

  // ---- small things: print, full screen, a wall screen's reload, the place where reading starts
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    if (event.target.closest("[data-full-screen]")) {
      if (document.fullscreenElement) document.exitFullscreen();
      else document.documentElement.requestFullscreen();
    }
  });
  const seconds = Number(document.body.dataset.refresh);
  if (seconds > 0) setTimeout(() => location.reload(), seconds * 1000);
  all("[data-show-token]").forEach((frame) => {
    const token = frame.querySelector(".lj-token, .lj-mark");
    if (token) frame.scrollLeft = token.getBoundingClientRect().left - frame.getBoundingClientRect().left - frame.clientWidth / 2;
  });
  document.querySelector("[data-focus]")?.focus({ preventScroll: false });

  // ---- keys: ? lists them, / searches, g then w opens the workbench, g then h the help of this page
  let last = "";
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const pair = last + event.key;
    last = event.key;
    setTimeout(() => { last = ""; }, 1000);
    const keys = document.getElementById("keys");
    if (event.key === "?" && keys && !document.querySelector("dialog[open]")) { keys.showModal(); return; }
    const target = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
    if (target) { event.preventDefault(); target.focus(); return; }
    const link = document.querySelector(`a[data-shortcut="${CSS.escape(pair)}"]`);
    if (link && pair.length === 2) link.click();
  });
})();
