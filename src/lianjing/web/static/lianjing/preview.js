// Arrow and page keys turn the pages of a preview; where the reader writes, they write.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input, textarea, select")) return;
  const turn = { ArrowLeft: "prev", PageUp: "prev", ArrowRight: "next", PageDown: "next" }[event.key];
  const link = turn && document.querySelector(`.lj-pager a[rel="${turn}"]`);
  if (link) {
    event.preventDefault();
    link.click();
  }
});
