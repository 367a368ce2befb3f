// The properties of the selected element: plain fields of the page, written into the diagram by undoable commands.
(() => {
  "use strict";

  const IS = {
    named: /./, step: /UserTask|BusinessRuleTask|CallActivity/, user: /UserTask/, rule: /BusinessRuleTask/, call: /CallActivity/,
    many: /UserTask|CallActivity/, gateway: /ExclusiveGateway|InclusiveGateway/, flow: /SequenceFlow/,
    timer: /BoundaryEvent|IntermediateCatchEvent/, boundary: /BoundaryEvent/, lane: /Lane/, process: /Collaboration|Participant/,
    placed: /Task|CallActivity|Event|Gateway/,
  };

  window.lianjingPanel = (modeler, data, root) => {
    const modeling = modeler.get("modeling", false), registry = modeler.get("elementRegistry"), moddle = modeler.get("moddle");
    const field = (name) => root.querySelector(`[data-p="${name}"]`);
    const all = (selector) => [...root.querySelectorAll(selector)];
    const name = (element) => element.businessObject.name || data.words.types[element.type] || element.id;
    let shown = null;

    // ---- reading and writing the diagram
    const of = (element) => element.businessObject;
    const put = (values) => modeling.updateProperties(shown, values);
    const words = (text) => (text || "").split(/\s+/).filter(Boolean);
    const steps = () => registry.filter((each) => each.type === "bpmn:UserTask" && each !== shown);
    const flowsOf = (element) => element.outgoing.filter((flow) => flow.type === "bpmn:SequenceFlow");
    const laneOf = (element) => registry.filter((each) => each.type === "bpmn:Lane" && (of(each).flowNodeRef || []).includes(of(element)))[0];
    const documents = () => (of(shown).extensionElements?.values || []).filter((each) => each.$type === "lj:Document");
    const timing = () => (of(shown).eventDefinitions || [])[0];

    function putDocuments(rows) {
      const values = rows.map((row) => moddle.create("lj:Document", row));
      const holder = moddle.create("bpmn:ExtensionElements", { values });
      values.forEach((each) => { each.$parent = holder; });
      holder.$parent = of(shown);
      put({ extensionElements: values.length ? holder : undefined });
    }

    function putCondition(flow, text) {
      const body = text.trim();
      modeling.updateProperties(flow, { conditionExpression: body ? moddle.create("bpmn:FormalExpression", { body }) : undefined });
    }

    function putDuration(text) {
      const definition = timing();
      const body = text.trim();
      const timeDuration = body ? moddle.create("bpmn:FormalExpression", { body }) : undefined;
      if (timeDuration) timeDuration.$parent = definition;
      modeling.updateModdleProperties(shown, definition, { timeDuration });
    }

    // ---- a time: none, a number with its unit, or a figure kept among the parameters
    function showTime(box, text) {
      const [, number = "", unit = ""] = /^(\d+)\s+(\w+)$/.exec(text || "") || [];
      const kind = text?.startsWith("@") ? "figure" : number ? "number" : "none";
      box.querySelector("[data-time=kind]").value = kind;
      box.querySelector("[data-time=number]").value = number;
      if (unit) box.querySelector("[data-time=unit]").value = unit;
      const figure = box.querySelector("[data-time=figure]");
      const key = kind === "figure" ? text.slice(1) : "";
      if (key && ![...figure.options].some((each) => each.value === key)) figure.add(new Option(key, key));
      figure.value = key;
      showFigure(box, kind);
    }

    function showFigure(box, kind) {
      box.querySelectorAll("[data-time-for]").forEach((each) => { each.hidden = each.dataset.timeFor !== kind; });
      const found = data.parameters.find((each) => each.key === box.querySelector("[data-time=figure]").value);
      box.querySelector("[data-time=told]").textContent = kind !== "figure" ? "" : found
        ? `${data.words.currentValue}：${found.value}${found.mark ? `（${found.mark}）` : ""}` : data.words.noValue;
    }

    function timeIn(box) {
      const value = (part) => box.querySelector(`[data-time=${part}]`).value.trim();
      showFigure(box, value("kind"));
      if (value("kind") === "figure") return value("figure") ? `@${value("figure")}` : "";
      return value("kind") === "number" && value("number") ? `${value("number")} ${value("unit")}` : "";
    }

    // ---- a clause: its own words beside the reference
    function tellClause(told, reference) {
      told.replaceChildren();
      if (!reference) return;
      const found = data.clauses.find((each) => each.ref === reference);
      if (!found) { told.textContent = data.words.noClause; return; }
      const link = Object.assign(document.createElement("a"), { href: found.url, target: "_blank", textContent: found.name });
      told.append(link, ` ${found.text}`);
    }

    // ---- lists of rows
    function showTicks(box, chosen, write) {
      box.replaceChildren(...steps().map((each) => {
        const label = Object.assign(document.createElement("label"), { className: "form-check" });
        const tick = Object.assign(document.createElement("input"), { type: "checkbox", className: "form-check-input", value: each.id });
        tick.checked = chosen.includes(each.id);
        tick.disabled = !data.mayEdit;
        tick.addEventListener("change", () => write([...box.querySelectorAll(":checked")].map((one) => one.value).join(" ")));
        const text = Object.assign(document.createElement("span"), { className: "form-check-label", textContent: name(each) });
        label.append(tick, text);
        return label;
      }));
    }

    function showDocuments() {
      const body = field("documents"), sample = document.getElementById("document-row");
      body.replaceChildren(...documents().map((each, place) => {
        const row = sample.content.firstElementChild.cloneNode(true);
        const [kind, mandatory, clause] = ["kind", "mandatory", "clause"].map((part) => row.querySelector(`[data-d=${part}]`));
        if (each.kind && ![...kind.options].some((one) => one.value === each.kind)) kind.add(new Option(each.kind, each.kind));
        kind.value = each.kind || "";
        mandatory.checked = Boolean(each.mandatory);
        clause.value = each.clause || "";
        [kind, mandatory, clause].forEach((input) => {
          input.disabled = !data.mayEdit;
          input.setAttribute("aria-label", `${input.getAttribute("aria-label")} ${place + 1}`);
          input.addEventListener("change", () => putDocuments(rowsNow()));
        });
        row.querySelector("button").addEventListener("click", () => { row.remove(); putDocuments(rowsNow()); showDocuments(); });
        return row;
      }));
    }

    function rowsNow() {
      return [...field("documents").children].map((row) => ({
        kind: row.querySelector("[data-d=kind]").value,
        mandatory: row.querySelector("[data-d=mandatory]").checked,
        clause: row.querySelector("[data-d=clause]").value.trim() || undefined,
      }));
    }

    function showFlows() {
      const box = field("flows"), sample = document.getElementById("flow-row"), own = shown;
      box.replaceChildren(...flowsOf(own).map((flow) => {
        const row = sample.content.firstElementChild.cloneNode(true);
        row.querySelector("b").textContent = `${data.words.to} ${name(flow.target)}`;
        const [text, choice] = [row.querySelector("[data-f=condition]"), row.querySelector("[data-f=default]")];
        text.value = of(flow).conditionExpression?.body || "";
        text.setAttribute("aria-label", `${data.words.condition}：${name(flow.target)}`);
        choice.checked = of(own).default === of(flow);
        text.disabled = choice.checked || !data.mayEdit;
        choice.disabled = !data.mayEdit;
        text.addEventListener("change", () => putCondition(flow, text.value));
        choice.addEventListener("change", () => {
          if (choice.checked) putCondition(flow, "");
          modeling.updateProperties(own, { default: choice.checked ? of(flow) : undefined });
          showFlows();
        });
        return row;
      }));
    }

    // ---- one element
    function show(element) {
      // What is still being typed belongs to the element that was shown.
      if (element !== shown && root.contains(document.activeElement)) document.activeElement.blur();
      shown = element;
      const object = of(element);
      all("[data-for]").forEach((part) => { part.hidden = !part.dataset.for.split(" ").some((kind) => IS[kind].test(element.type)); });
      field("type").textContent = data.words.types[element.type] || element.type;
      field("id").value = IS.process.test(element.type) ? processOf()?.id ?? "" : element.id;
      field("id").readOnly = !data.mayEdit || !/Task|CallActivity/.test(element.type);
      field("name").value = (IS.process.test(element.type) ? processOf()?.name : object.name) || "";
      for (const each of ["nameEn", "decision", "post", "scope", "unit", "role"]) choose(field(each), object.get(`lj:${each}`));
      choose(field("calledElement"), object.calledElement);
      field("clause").value = (IS.step.test(element.type) && object.get("lj:clause")) || "";
      tellClause(field("clauseTold"), field("clause").value);
      if (IS.user.test(element.type)) {
        showTime(field("deadline"), object.get("lj:deadline"));
        showTicks(field("returns"), words(object.get("lj:returns")), (text) => put({ "lj:returns": text || undefined }));
        showTicks(field("differsFrom"), words(object.get("lj:differsFrom")), (text) => put({ "lj:differsFrom": text || undefined }));
        showDocuments();
        const link = data.forms[element.id];
        field("form").hidden = !link;
        if (link) field("form").href = link;
      }
      if (IS.rule.test(element.type)) {
        const link = data.decisions[object.get("lj:decision")];
        field("table").hidden = !link;
        if (link) field("table").href = link;
      }
      if (IS.timer.test(element.type)) {
        showTime(field("duration"), timing()?.timeDuration?.body);
        field("goesOn").checked = object.cancelActivity === false;
      }
      field("collection").value = object.loopCharacteristics?.get("lj:collection") || "";
      if (IS.gateway.test(element.type)) showFlows();
      if (IS.flow.test(element.type)) field("condition").value = object.conditionExpression?.body || "";
      const lane = IS.placed.test(element.type) && laneOf(element);
      field("laneOf").hidden = !lane;
      if (lane) {
        const post = field("post").querySelector(`option[value="${CSS.escape(of(lane).get("lj:post") || "")}"]`);
        field("laneName").textContent = `${of(lane).name || ""}${post ? `（${post.textContent}）` : ""}`;
      }
      showScope();
    }

    function choose(input, value) {
      const wanted = value || "";
      if (input.tagName === "SELECT" && wanted && ![...input.options].some((each) => each.value === wanted)) input.add(new Option(wanted, wanted));
      input.value = wanted;
    }

    function showScope() {
      all("[data-scope]").forEach((each) => { each.hidden = each.dataset.scope !== field("scope").value; });
    }

    const processOf = () => modeler.getDefinitions().rootElements.find((each) => each.$type === "bpmn:Process");

    // ---- what a field changes
    const isOurs = (input) => shown && registry.get(shown.id) === shown && !input.closest("[data-for][hidden]");
    const onChange = (key, write) => field(key).addEventListener("change", () => { if (isOurs(field(key))) write(field(key).value.trim(), field(key)); });
    const attribute = (text) => text || undefined;
    onChange("name", (text) => {
      if (!IS.process.test(shown.type)) { put({ name: attribute(text) }); return; }
      const pool = registry.filter((each) => each.type === "bpmn:Participant")[0];
      modeling.updateModdleProperties(pool, processOf(), { name: attribute(text) });
      modeling.updateProperties(pool, { name: attribute(text) });
    });
    onChange("id", (text, input) => {
      const taken = registry.get(text) && registry.get(text) !== shown;
      input.setCustomValidity(taken || !/^[A-Za-z]\w*$/.test(text) ? data.words.badId : "");
      if (input.reportValidity() && text !== shown.id) rename(text);
    });
    for (const each of ["nameEn", "decision", "post"]) onChange(each, (text) => put({ [`lj:${each}`]: attribute(text) }));
    onChange("calledElement", (text) => put({ calledElement: attribute(text) }));
    onChange("clause", (text) => { put({ "lj:clause": attribute(text) }); tellClause(field("clauseTold"), text); });
    for (const each of ["scope", "unit", "role"]) onChange(each, () => {
      showScope();
      const scope = field("scope").value;
      put({
        "lj:scope": attribute(scope),
        "lj:unit": scope === "named_unit" ? attribute(field("unit").value) : undefined,
        "lj:role": scope === "party" ? attribute(field("role").value) : undefined,
      });
    });
    onChange("collection", (text) => {
      const loop = text ? moddle.create("bpmn:MultiInstanceLoopCharacteristics", { "lj:collection": text }) : undefined;
      put({ loopCharacteristics: loop });
    });
    onChange("condition", (text) => putCondition(shown, text));
    field("goesOn").addEventListener("change", () => put({ cancelActivity: !field("goesOn").checked }));
    // A time that is only half entered is not written yet.
    const onTime = (key, write) => field(key).addEventListener("change", () => {
      const text = timeIn(field(key));
      if (isOurs(field(key)) && (text || field(key).querySelector("[data-time=kind]").value === "none")) write(text);
    });
    onTime("deadline", (text) => put({ "lj:deadline": attribute(text) }));
    onTime("duration", putDuration);
    field("addDocument").addEventListener("click", () => { putDocuments([...rowsNow(), { kind: "other", mandatory: false }]); showDocuments(); });
    field("toLane").addEventListener("click", () => modeler.get("selection").select(laneOf(shown)));

    // A step is known to others by its id: who returns to it or must be another person follows.
    function rename(id) {
      const old = shown.id;
      const follow = (text) => words(text).map((each) => (each === old ? id : each)).join(" ");
      steps().forEach((each) => {
        const [back, other] = ["lj:returns", "lj:differsFrom"].map((part) => of(each).get(part));
        if (words(back).includes(old) || words(other).includes(old))
          modeling.updateProperties(each, { "lj:returns": attribute(follow(back)), "lj:differsFrom": attribute(follow(other)) });
      });
      put({ id });
    }

    // While a field writes, the panel is not drawn anew under the hand that fills it in.
    let isWriting = false;
    for (const kind of ["change", "click"]) {
      root.addEventListener(kind, () => { isWriting = true; }, true);
      root.addEventListener(kind, () => { isWriting = false; });
    }
    root.addEventListener("submit", (event) => event.preventDefault());
    if (!data.mayEdit) all("input, select, textarea, button:not([data-p=toLane])").forEach((each) => { each.disabled = true; });
    const again = () => isWriting || show(shown && registry.get(shown.id) ? registry.get(shown.id) : modeler.get("canvas").getRootElement());
    return { show, again };
  };
})();
