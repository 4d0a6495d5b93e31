// The column of map tools on the right.
import { t } from "./boot.js";
import { el, icon } from "./dom.js";

const column = document.getElementById("tools");

/** A group of tool buttons that belong together. */
export function toolGroup(...buttons) {
  const group = el("div", { class: "tool-group card" }, ...buttons);
  column.append(group);
  return group;
}

/** A tool button; `name` is its key in the strings and, unless given, its icon. */
export function toolButton(name, { iconName = name, pressed, expanded, onClick }) {
  return el(
    "button",
    {
      class: "tool",
      type: "button",
      id: `tool-${name.replaceAll("_", "-")}`,
      title: t(`tools.${name}`),
      "aria-label": t(`tools.${name}`),
      "aria-pressed": pressed,
      "aria-expanded": expanded,
      "aria-haspopup": expanded === undefined ? undefined : "dialog",
      on: { click: (event) => onClick(event.currentTarget) },
    },
    icon(iconName),
  );
}
