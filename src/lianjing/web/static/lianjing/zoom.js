/* The map of the process analysis in the size that its reader chooses: to the width, larger, smaller, as drawn. */
(() => {
  "use strict";
  const map = document.getElementById("map");
  const svg = map?.querySelector("svg");
  if (!svg) return;
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const real = Number(svg.getAttribute("width")) / width;
  const frame = svg.closest(".lj-table-frame");
  const now = () => svg.getBoundingClientRect().width / width;
  const draw = (scale) => {
    const kept = Math.min(3, Math.max(0.05, scale));
    const middle = (frame.scrollLeft + frame.clientWidth / 2) / Math.max(1, frame.scrollWidth);
    map.classList.remove("lj-fit");
    svg.setAttribute("width", Math.round(width * kept));
    svg.setAttribute("height", Math.round(height * kept));
    frame.scrollLeft = middle * frame.scrollWidth - frame.clientWidth / 2;
  };
  const sizes = {
    fit: () => draw((frame.clientWidth - 2) / width),
    in: () => draw(now() * 1.3),
    out: () => draw(now() / 1.3),
    real: () => draw(real),
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (button) sizes[button.dataset.zoom]();
  });
})();
