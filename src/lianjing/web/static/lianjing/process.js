// The editor of a process: the drawing, its toolbar, saving with the server's faults shown on the elements.
(() => {
  "use strict";

  const frame = document.getElementById("process");
  const held = document.getElementById("process-data");
  if (!frame || !held || !window.BpmnJS) return;

  const data = JSON.parse(held.textContent);
  const words = document.documentElement.lang.startsWith("zh") ? window.lianjingProcessWords : {};
  const say = (template, values) => (words[template] || template).replace(/{([^}]+)}/g, (_all, key) => (values && values[key]) ?? `{${key}}`);
  const state = document.getElementById("process-state");
  const form = document.getElementById("process-form");
  let seen = data.seen, isDirty = false;

  const begin = () => start().catch((error) => tell(String(error.message || error), "bad"));
  const narrow = matchMedia("(max-width: 767.98px)");
  if (narrow.matches) narrow.addEventListener("change", begin, { once: true }); // a phone shows the picture; once widened, the editor
  else begin();

  async function start() {
    const descriptor = await (await fetch(frame.dataset.moddle)).json();
    const translate = { translate: ["value", say] };
    const modules = [translate, ...(data.mayEdit ? [window.lianjingProfile] : [])];
    frame.hidden = false;
    document.getElementById("process-picture").hidden = true;
    const modeler = new window.BpmnJS({ container: frame.querySelector("[data-canvas]"), moddleExtensions: { lj: descriptor }, additionalModules: modules,
      textRenderer: { defaultStyle: { fontSize: 15 }, externalStyle: { fontSize: 14 } } });
    await modeler.importXML(data.xml);
    const panel = window.lianjingPanel(modeler, data, document.getElementById("process-panel"));
    const canvas = modeler.get("canvas"), bus = modeler.get("eventBus");
    fit(canvas);
    panel.show(canvas.getRootElement());
    showFaults(modeler, data.faults);
    bus.on("selection.changed", (event) => panel.show(event.newSelection.length === 1 ? event.newSelection[0] : canvas.getRootElement()));
    bus.on("commandStack.changed", (event) => {
      dirty(event.trigger !== "clear");
      history(modeler);
      panel.again();
    });
    toolbar(modeler, panel);
    window.lianjingModeler = modeler;
  }

  function fit(canvas) {
    canvas.zoom("fit-viewport");
    if (canvas.zoom() < 0.6) {
      canvas.zoom(0.75);
      const box = canvas.viewbox();
      canvas.viewbox({ x: box.inner.x - 130, y: box.inner.y - 20, width: box.width, height: box.height });
    }
  }

  function toolbar(modeler, panel) {
    const canvas = modeler.get("canvas"), acts = {
      save: () => save(modeler, panel),
      undo: () => modeler.get("commandStack").undo(),
      redo: () => modeler.get("commandStack").redo(),
      in: () => modeler.get("zoomScroll").stepZoom(1),
      out: () => modeler.get("zoomScroll").stepZoom(-1),
      fit: () => canvas.zoom("fit-viewport"),
      real: () => { canvas.zoom(1); },
      find: () => modeler.get("searchPad").toggle(),
      layout: () => layOut(modeler, panel),
      wide: () => { document.body.classList.toggle("lj-process-wide"); canvas.resized(); },
    };
    document.querySelectorAll("[data-process]").forEach((button) => {
      button.addEventListener("click", () => acts[button.dataset.process]());
    });
    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s" || !data.mayEdit) return;
      event.preventDefault();
      document.activeElement?.blur();
      acts.save();
    });
    if (data.mayEdit) history(modeler);
    addEventListener("beforeunload", (event) => { if (isDirty) { event.preventDefault(); event.returnValue = data.words.leave; } });
  }

  function history(modeler) {
    const stack = modeler.get("commandStack", false);
    if (!stack) return;
    for (const [name, may] of [["undo", stack.canUndo()], ["redo", stack.canRedo()]]) {
      const button = document.querySelector(`[data-process=${name}]`);
      if (button) button.disabled = !may;
    }
  }

  function dirty(is) {
    isDirty = is;
    tell(is ? data.words.unsaved : "", is ? "warn" : "plain");
  }

  function tell(text, tone) {
    state.textContent = text;
    state.className = `lj-status is-${tone}`;
    state.hidden = !text;
  }

  // ---- saving
  async function ask(modeler, extra) {
    const { xml } = await modeler.saveXML({ format: true });
    const body = new FormData(form);
    body.set("text", xml);
    body.set("seen", seen);
    body.delete("file");
    Object.entries(extra).forEach(([name, value]) => body.set(name, value));
    const answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!(answer.headers.get("Content-Type") || "").includes("json")) throw new Error(data.words.failed);
    return { status: answer.status, given: await answer.json() };
  }

  async function save(modeler) {
    tell(data.words.saving, "doing");
    try {
      const { status, given } = await ask(modeler, {});
      showFaults(modeler, given.faults);
      if (status === 200) { seen = given.seen; isDirty = false; }
      tell(given.message, status === 200 ? "good" : "bad");
    } catch { tell(data.words.failed, "bad"); }
  }

  async function layOut(modeler, panel) {
    try {
      const { status, given } = await ask(modeler, { layout: "1" });
      if (status !== 200) { showFaults(modeler, given.faults); tell(given.message, "bad"); return; }
      const was = isDirty;
      await modeler.importXML(given.xml);
      fit(modeler.get("canvas"));
      panel.show(modeler.get("canvas").getRootElement());
      dirty(true);
      if (!was) history(modeler);
    } catch { tell(data.words.failed, "bad"); }
  }

  // ---- faults: a list below, a mark on each element
  function showFaults(modeler, faults) {
    const canvas = modeler.get("canvas"), overlays = modeler.get("overlays"), registry = modeler.get("elementRegistry");
    registry.forEach((each) => { canvas.removeMarker(each.id, "lj-fault"); canvas.removeMarker(each.id, "lj-warned"); });
    overlays.remove({ type: "fault" });
    const list = document.getElementById("process-faults");
    const marked = new Set();
    list.replaceChildren(...faults.map((fault) => {
      const element = fault.element && registry.get(fault.element);
      if (element && !marked.has(element.id)) { mark(canvas, overlays, element, fault); marked.add(element.id); }
      return row(modeler, fault, element);
    }));
    if (!faults.length) list.append(Object.assign(document.createElement("li"), { className: "list-group-item lj-hint", textContent: data.words.clean }));
  }

  function mark(canvas, overlays, element, fault) {
    canvas.addMarker(element.id, fault.is_warning ? "lj-warned" : "lj-fault");
    const html = Object.assign(document.createElement("span"), {
      className: `lj-fault-mark${fault.is_warning ? " is-warning" : ""}`, textContent: fault.is_warning ? "?" : "!", title: fault.text });
    const position = element.waypoints ? { top: -12, left: 0 } : { top: -10, right: 12 };
    overlays.add(element.id, "fault", { position, html });
  }

  function row(modeler, fault, element) {
    const item = Object.assign(document.createElement("li"), { className: "list-group-item" });
    const status = Object.assign(document.createElement("span"), {
      className: `lj-status is-${fault.is_warning ? "warn" : "bad"}`, textContent: fault.is_warning ? data.words.hint : data.words.must });
    item.append(status, " ");
    if (element) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm",
        textContent: element.businessObject.name || element.id });
      button.addEventListener("click", () => {
        modeler.get("selection").select(element);
        modeler.get("canvas").scrollToElement(element, 120);
      });
      item.append(button, " ");
    }
    item.append(fault.text);
    return item;
  }
})();
