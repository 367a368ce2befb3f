// What may be drawn: only the elements of a regulated process, in the palette, beside an element and in its menu.
(() => {
  "use strict";

  const NEW = [
    ["user", "bpmn:UserTask", "bpmn-icon-user-task", "Create user step"],
    ["rule", "bpmn:BusinessRuleTask", "bpmn-icon-business-rule-task", "Create rule step"],
    ["call", "bpmn:CallActivity", "bpmn-icon-call-activity", "Create call"],
    ["exclusive", "bpmn:ExclusiveGateway", "bpmn-icon-gateway-xor", "Create exclusive gateway"],
    ["parallel", "bpmn:ParallelGateway", "bpmn-icon-gateway-parallel", "Create parallel gateway"],
    ["inclusive", "bpmn:InclusiveGateway", "bpmn-icon-gateway-or", "Create inclusive gateway"],
    ["timer", "bpmn:IntermediateCatchEvent", "bpmn-icon-intermediate-event-catch-timer", "Create timer"],
    ["end", "bpmn:EndEvent", "bpmn-icon-end-event-none", "Create end event"],
  ];
  const TOOLS = ["hand-tool", "lasso-tool", "space-tool", "global-connect-tool", "tool-separator"];
  const BESIDE = ["replace", "connect", "delete", "lane-insert-above", "lane-insert-below", "lane-divide-two", "lane-divide-three"];
  const MENU = ["replace-with-user-task", "replace-with-rule-task", "replace-with-call-activity", "replace-with-exclusive-gateway",
    "replace-with-parallel-gateway", "replace-with-inclusive-gateway", "replace-with-none-end", "replace-with-terminate-end",
    "replace-with-timer-intermediate-catch", "replace-with-timer-boundary", "replace-with-non-interrupting-timer-boundary",
    "replace-with-sequence-flow", "replace-with-default-flow"];
  const MENU_HEAD = ["toggle-parallel-mi", "toggle-non-interrupting"];
  const APPENDABLE = /Task$|CallActivity$|Gateway$|StartEvent$|IntermediateCatchEvent$|BoundaryEvent$/;
  const keep = (entries, names) => Object.fromEntries(Object.entries(entries).filter(([name]) => names.includes(name)));
  const attributes = (type) => ({ type, ...(type === "bpmn:IntermediateCatchEvent" ? { eventDefinitionType: "bpmn:TimerEventDefinition" } : {}) });

  function Profile(palette, contextPad, popupMenu, create, elementFactory, autoPlace, modeling, spaceTool, elementRegistry, selection, eventBus, translate) {
    const shape = (type) => elementFactory.createShape(attributes(type));

    palette.registerProvider(500, { getPaletteEntries: () => (entries) => {
      const kept = keep(entries, TOOLS);
      NEW.forEach(([name, type, className, title]) => {
        const begin = (event) => create.start(event, shape(type));
        kept[`create.${name}`] = { group: "step", className, title: translate(title), action: { dragstart: begin, click: begin } };
      });
      return kept;
    } });

    contextPad.registerProvider(500, {
      getMultiElementContextPadEntries: () => (entries) => keep(entries, ["delete"]),
      getContextPadEntries: (element) => (entries) => {
        const kept = keep(entries, BESIDE);
        if (element.type === "bpmn:Participant") delete kept.delete;
        if (element.type === "bpmn:StartEvent") { delete kept.replace; delete kept.delete; }
        // The tool's own way to its menu logs a warning; the menu opens where the button was pressed.
        if (kept.replace) {
          const open = (event, from) => popupMenu.open(from, "bpmn-replace", { x: event.clientX - 20, y: event.clientY + 16 },
            { title: translate("Change element"), width: 300 });
          kept.replace = { ...kept.replace, action: { click: open } };
        }
        const add = (name, type, className, title) => {
          const append = (event, from) => {
            const added = autoPlace.append(from, shape(type));
            selection.select(added);
          };
          kept[name] = { group: "model", className, title: translate(title), action: {
            click: append, dragstart: (event, from) => create.start(event, shape(type), { source: from }) } };
        };
        if (APPENDABLE.test(element.type)) {
          add("append.user", "bpmn:UserTask", "bpmn-icon-user-task", "Append user step");
          add("append.exclusive", "bpmn:ExclusiveGateway", "bpmn-icon-gateway-xor", "Append gateway");
          add("append.end", "bpmn:EndEvent", "bpmn-icon-end-event-none", "Append end event");
        }
        if (element.type === "bpmn:SequenceFlow") {
          kept["insert.user"] = { group: "model", className: "bpmn-icon-user-task", title: translate("Insert step here"),
            action: { click: () => insert(element) } };
        }
        return kept;
      },
    });

    popupMenu.registerProvider("bpmn-replace", 500, {
      getPopupMenuEntries: () => (entries) => keep(entries, MENU),
      getPopupMenuHeaderEntries: () => (entries) => keep(entries, MENU_HEAD),
    });

    // A step between two: what stands to the right makes room, the flow is cut in two.
    function insert(flow) {
      const [first, second] = flow.waypoints;
      const at = { x: Math.round(first.x + Math.min(40, Math.abs(second.x - first.x) / 2)), y: Math.round(first.y) };
      const everything = elementRegistry.filter((each) => each.parent && !each.waypoints && !each.labelTarget);
      const room = spaceTool.calculateAdjustments(everything, "x", 180, at.x);
      spaceTool.makeSpace(room.movingShapes, room.resizingShapes, { x: 180, y: 0 }, "e", at.x);
      const added = modeling.createShape(shape("bpmn:UserTask"), { x: at.x + 80, y: at.y }, flow);
      selection.select(added);
    }
  }
  Profile.$inject = ["palette", "contextPad", "popupMenu", "create", "elementFactory", "autoPlace", "modeling", "spaceTool",
    "elementRegistry", "selection", "eventBus", "translate"];

  window.lianjingProfile = { __init__: ["lianjingProfile"], lianjingProfile: ["type", Profile] };
})();
