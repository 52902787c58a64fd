// Single keys, as mail programs have them: each presses the button or link that says it answers to it (aria-keyshortcuts).
import { createElement as h, useEffect, useState } from "react";

const STORED = "easycrm.keys";
const isOff = () => window.localStorage.getItem(STORED) === "off";

// Letters belong to the field that somebody is typing into; an open dialog keeps all keys to itself.
function isTyping(target) {
  const field = target.closest?.("input, textarea, select, [contenteditable]");
  return Boolean(field && !["checkbox", "radio", "button", "submit"].includes(field.type));
}

export function Keys({ rows }) {
  useEffect(() => {
    let place = -1;
    const shown = (one) => one.checkVisibility({ visibilityProperty: true });
    const links = () => [...document.querySelectorAll(rows)].filter(shown);
    const current = () => document.activeElement?.closest("li");

    const move = (step) => {
      const all = links();
      if (!all.length) return;
      const here = all.findIndex((link) => link.closest("li") === current());
      const open = all.findIndex((link) => link.getAttribute("aria-current") === "true");
      const from = here >= 0 ? here : place >= 0 ? place - (step > 0) : open;
      place = Math.min(all.length - 1, Math.max(0, from + step));
      all[place].focus();
    };

    // In several places at once, the selection comes first, then the row or message in focus, then the newest one that
    // is open. A row that is not in focus never answers: nobody could see which one it would be.
    const answering = (key) => {
      const wanted = `[aria-keyshortcuts~="${CSS.escape(key)}"]`;
      const row = links().some((link) => link.closest("li") === current()) ? current() : null;
      const message = document.activeElement?.closest(".reading .message");
      const reading = [...document.querySelectorAll(`.reading ${wanted}`)].filter(shown);
      const elsewhere = [...document.querySelectorAll(wanted)].filter((one) => shown(one) && !one.closest(".thread-row"));
      const found = [document.querySelector(`.bulk ${wanted}`), row?.querySelector(wanted), message?.querySelector(wanted), reading.at(-1), ...elsewhere];
      return found.find((one) => one && !one.disabled);
    };

    // A row that goes takes the focus with it: the next one gets it.
    const keepPlace = () => {
      const row = current();
      place = links().findIndex((link) => link.closest("li") === row);
      if (place < 0) return;
      const watcher = new MutationObserver(() => {
        if (row.isConnected) return;
        watcher.disconnect();
        const all = links();
        if (document.activeElement === document.body) all[Math.min(place, all.length - 1)]?.focus();
      });
      watcher.observe(document.body, { childList: true, subtree: true });
      setTimeout(() => watcher.disconnect(), 5000);
    };

    const onKey = (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (isTyping(event.target) || document.querySelector("dialog[open]") || isOff()) return;
      const key = /^[A-Z]$/.test(event.key) ? `Shift+${event.key}` : event.key;
      if (key === "j" || key === "k") {
        event.preventDefault();
        move(key === "j" ? 1 : -1);
        return;
      }
      if (key.length > 1 && !key.startsWith("Shift+")) return;
      const found = answering(key);
      if (!found) return;
      event.preventDefault();
      if (["INPUT", "TEXTAREA"].includes(found.tagName) && found.type !== "checkbox") {
        found.focus();
        found.select();
        return;
      }
      keepPlace();
      const opened = key === "u" ? document.querySelector(`${rows}[aria-current="true"]`) : null;
      found.click();
      if (opened) requestAnimationFrame(() => setTimeout(() => opened.focus(), 60));
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [rows]);
  return null;
}

export function KeysSwitch({ label }) {
  const [on, setOn] = useState(true);
  useEffect(() => setOn(!isOff()), []);
  const change = (event) => {
    window.localStorage.setItem(STORED, event.target.checked ? "on" : "off");
    setOn(event.target.checked);
  };
  const box = h("input", { type: "checkbox", role: "switch", className: "switch", checked: on, onChange: change });
  return h("label", { className: "keys-switch" }, box, label);
}
