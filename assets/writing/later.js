// Sending later: likely moments in the reader's own time zone, and any other.
import { createElement as h, useId, useRef, useState } from "react";
import { ChevronDown, Clock } from "lucide-react";
import { current, flush } from "./draft.js";

export function SendLater({ label, onDone, ...rest }) {
  const menu = useRef(null);
  const opener = useRef(null);
  const ident = useId();
  const [moments, offer] = useState([]);
  const [own, type] = useState("");
  const go = async (moment) => {
    menu.current.hidePopover();
    if (await flush()) onDone(current().version, moment.toISOString());
  };
  const submit = (event) => {
    event.preventDefault();
    if (own) go(new Date(own));
  };
  const onToggle = (event) => {
    if (event.newState !== "open") return;
    beside(menu.current, opener.current);
    const now = new Date();
    offer(likely(now));
    type(forField(next(now, 1, 8)));
  };
  return [
    h("button", { key: "button", ref: opener, type: "button", "aria-label": label, title: label, "aria-haspopup": "dialog", popoverTarget: ident, ...rest }, h(Clock, { size: 17, "aria-hidden": true }), h(ChevronDown, { size: 15, "aria-hidden": true })),
    h(
      "div",
      { key: "menu", ref: menu, id: ident, popover: "auto", role: "dialog", "aria-label": label, onToggle, className: "popover later" },
      h("p", { className: "later-title" }, label),
      moments.map(([words, moment]) =>
        h("button", { key: words, type: "button", onClick: () => go(moment), className: "menu-item later-choice" }, h("span", null, words), h("span", { className: "muted small numbers" }, exact(moment))),
      ),
      h("div", { className: "menu-line" }),
      h(
        "form",
        { onSubmit: submit, className: "later-form" },
        h("label", { htmlFor: `${ident}-own`, className: "label" }, "Date and time"),
        h("input", { id: `${ident}-own`, type: "datetime-local", required: true, value: own, min: forField(new Date()), onChange: (event) => type(event.target.value), className: "input" }),
        h("p", { className: "hint" }, `Your time zone: ${Intl.DateTimeFormat().resolvedOptions().timeZone.replaceAll("_", " ")}`),
        h("button", { type: "submit", className: "button button-primary" }, "Schedule"),
      ),
    ),
  ];
}

// Above the button, and inside the window.
function beside(menu, button) {
  const { left, top } = button.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(left, window.innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.bottom = `${window.innerHeight - top + 8}px`;
}

function likely(now) {
  const found = [];
  if (now.getHours() < 12) found.push(["This afternoon", next(now, 0, 14)]);
  else if (now.getHours() < 17) found.push(["This evening", next(now, 0, 18)]);
  found.push(["Tomorrow morning", next(now, 1, 8)], ["Tomorrow afternoon", next(now, 1, 14)]);
  const monday = (8 - now.getDay()) % 7 || 7;
  if (monday > 1) found.push(["Monday morning", next(now, monday, 8)]);
  return found;
}

function next(now, days, hour) {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
}

function exact(moment) {
  return moment.toLocaleString(undefined, { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
}

function forField(moment) {
  return new Date(moment - moment.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
