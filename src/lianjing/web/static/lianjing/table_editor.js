// Cells of a table like in a spreadsheet: arrows and Enter move, pasted rows fill, leaving with changes asks first.
(() => {
  "use strict";
  const form = document.querySelector("[data-table-editor]");
  if (!form) return;
  const body = form.querySelector("tbody");
  let isDirty = form.hasAttribute("data-open");

  form.addEventListener("input", () => { isDirty = true; });
  form.addEventListener("submit", () => { isDirty = false; });
  addEventListener("beforeunload", (event) => { if (isDirty) { event.preventDefault(); event.returnValue = form.dataset.leave; } });
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") { event.preventDefault(); form.requestSubmit(form.querySelector(".lj-form-foot [type=submit]")); }
  });
  if (!body) return;

  const rows = () => [...body.querySelectorAll("[data-row]")];
  const cells = (row) => [...row.querySelectorAll("[data-cell]")];
  const place = (cell) => { const all = rows(); const row = all.findIndex((each) => each.contains(cell)); return [row, cells(all[row]).indexOf(cell)]; };

  function go(row, column) {
    const target = rows()[row] && cells(rows()[row])[column];
    if (target) { target.focus(); target.select?.(); }
    return Boolean(target);
  }

  body.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!cell || event.altKey || event.ctrlKey || event.metaKey || cell.tagName === "SELECT") return;
    const [row, column] = place(cell);
    const atStart = cell.selectionStart === 0 && cell.selectionEnd === 0, atEnd = cell.selectionStart === cell.value.length;
    const all = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    const moves = {
      Enter: () => go(row + (event.shiftKey ? -1 : 1), column) || true,
      ArrowDown: () => !cell.list && go(row + 1, column),
      ArrowUp: () => !cell.list && go(row - 1, column),
      ArrowRight: () => (atEnd || all) && go(row, column + 1),
      ArrowLeft: () => (atStart || all) && go(row, column - 1),
    };
    if (moves[event.key]?.()) event.preventDefault();
  });

  // ---- rows out of a spreadsheet
  function numbered(row, at) {
    row.querySelectorAll("[name]").forEach((input) => { input.name = input.name.replace(/^([a-z]+-)\d+/, `$1${at}`); });
    row.querySelectorAll("[data-cell]").forEach((input) => {
      input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+/, String(at + 1)));
    });
    const id = row.querySelector("[name^='id-']");
    if (id) id.value = `rule_new_${Date.now()}_${at}`;
    const head = row.querySelector("th");
    if (head?.firstChild) head.firstChild.textContent = String(at + 1);
    row.classList.remove("has-fault");
    row.querySelectorAll(".lj-row-tools").forEach((each) => each.remove());
    row.querySelectorAll("[data-cell]").forEach((input) => { input.value = ""; });
    return row;
  }

  body.addEventListener("paste", (event) => {
    const cell = event.target.closest("[data-cell]");
    const text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "");
    if (!cell || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const [row, column] = place(cell);
    text.split("\n").forEach((line, down) => {
      if (!rows()[row + down]) {
        body.append(numbered(rows()[0].cloneNode(true), rows().length));
        form.elements.rows.value = String(rows().length);
      }
      line.split("\t").forEach((value, across) => {
        const target = cells(rows()[row + down])[column + across];
        if (target) target.value = value.trim();
      });
    });
    isDirty = true;
  });
})();
