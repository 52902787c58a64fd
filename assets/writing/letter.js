// The letter around the text: whose draft it is, from whom, its subject, whether it is kept, and sending it.
import { createElement as h, useEffect, useRef, useState } from "react";
import { abandon, ask, change, current, edit, flush, keepApart, open, unsaved, useDraft } from "./draft.js";
import { upload } from "./files.js";

// Everything that belongs to one draft. Shown once it is open; files may be dropped anywhere on it.
export function Letter({ given, fresh, senders, discarded, children, ...rest }) {
  const draft = useDraft();
  const place = useRef(null);
  const [over, hover] = useState(false);
  useEffect(() => {
    if (fresh || given.id === draft.id) open(given);
  }, [given, fresh]);
  useEffect(() => change({ senders }), [senders]);
  useEffect(() => void (discarded && discarded === current().id && abandon()), [discarded]);
  useEffect(() => {
    change({ shown: true });
    return () => {
      change({ shown: false });
      if (unsaved()) flush();
    };
  }, []);
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const drag = {
    onDragOver: (event) => carriesFiles(event) && (event.preventDefault(), hover(true)),
    onDragLeave: (event) => !place.current?.contains(event.relatedTarget) && hover(false),
    onDrop: (event) => {
      hover(false);
      if (!carriesFiles(event)) return;
      event.preventDefault();
      upload([...event.dataTransfer.files]);
    },
  };
  const onKeyDown = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      place.current.querySelector("[data-send]")?.click();
    }
  };
  if (!given.id || draft.id !== given.id) return null;
  return h("div", { ref: place, key: draft.id, "data-over": over, onKeyDown, ...drag, ...rest }, children);
}

// The mailbox that it goes out from; children stand beside it.
export function From({ label, onChoose, children }) {
  const { fields, senders } = useDraft();
  const chosen = fields.connection_id ?? 0;
  const choose = (event) => {
    edit({ connection_id: Number(event.target.value) || null });
    onChoose?.(Number(event.target.value));
  };
  const words = (one) => (one.name && one.name !== one.address ? `${one.name} <${one.address}>` : one.address);
  const known = senders.some((one) => one.id === chosen);
  return h(
    "div",
    { className: "letter-row" },
    h("label", { htmlFor: "letter-from", className: "letter-label" }, label),
    h(
      "select",
      { id: "letter-from", value: known ? chosen : "", onChange: choose, className: "letter-select" },
      known ? null : h("option", { value: "" }, "Choose a mailbox"),
      senders.map((one) => h("option", { key: one.id, value: one.id }, words(one))),
    ),
    children,
  );
}

export function Subject({ label }) {
  const { fields } = useDraft();
  return h(
    "div",
    { className: "letter-row" },
    h("label", { htmlFor: "letter-subject", className: "letter-label" }, label),
    h("input", {
      id: "letter-subject",
      type: "text",
      maxLength: 998,
      autoComplete: "off",
      value: fields.subject,
      onChange: (event) => edit({ subject: event.target.value }),
      className: "letter-subject",
    }),
  );
}

// Cc and Bcc stand behind buttons until they are wanted or hold somebody.
export function CopyButtons() {
  const draft = useDraft();
  const show = (name) => {
    change({ wanted: { ...draft.wanted, [name]: true } });
    setTimeout(() => document.getElementById(`recipients-${name}`)?.focus());
  };
  const button = (name, words) => !shows(draft, name) && h("button", { key: name, type: "button", onClick: () => show(name), "aria-label": `Add ${words}`, className: "button button-quiet" }, words);
  return [button("cc", "Cc"), button("bcc", "Bcc")];
}

export function Copies({ name, children }) {
  return shows(useDraft(), name) ? children : null;
}

function shows(draft, name) {
  return Boolean(draft.wanted[name] || draft.fields[name]);
}

const KEPT = { kept: "Saved", typing: "Saving …", offline: "Not saved yet", "signed-out": "Not saved yet", changed: "Not saved", gone: "Not saved", refused: "Not saved" };

// Whether what was typed is kept, in a word.
export function Kept(rest) {
  const draft = useDraft();
  const untouched = draft.version <= 1 && draft.state === "kept";
  return h("span", { ...rest, role: "status", "data-state": draft.state }, untouched ? "" : KEPT[draft.state]);
}

// What keeps it from being saved, and the ways on; nothing while there is nothing to say.
export function Unkept({ words, onApart }) {
  const { state, problem } = useDraft();
  const [busy, work] = useState(false);
  if (!words[state] && !problem) return null;
  const apart = async () => {
    work(true);
    const id = await keepApart();
    work(false);
    if (id) onApart(id);
  };
  const newest = () => {
    abandon();
    window.location.reload();
  };
  return h(
    "div",
    { role: "alert", className: "notice notice-warn letter-notice" },
    h("div", { className: "notice-text" }, h("strong", { className: "font-semibold" }, problem || words[state])),
    h(
      "div",
      { className: "notice-actions" },
      (state === "changed" || state === "gone") && h("button", { type: "button", disabled: busy, onClick: apart, className: "button button-primary" }, "Keep mine as a new draft"),
      state === "changed" && h("button", { type: "button", disabled: busy, onClick: newest, className: "button button-plain" }, "Show the newest"),
      (state === "offline" || state === "refused") && h("button", { type: "button", onClick: flush, className: "button button-plain" }, "Try again"),
    ),
  );
}

// The message that is answered, folded, as it goes below the text.
export function Quotation({ label, removeLabel }) {
  const { id, quoted } = useDraft();
  if (!quoted) return null;
  const remove = async () => {
    change({ quoted: "" });
    const answer = await ask("DELETE", `/mail/draft/${id}/quotation`);
    if (answer.status !== 200 && current().id === id) change({ quoted });
  };
  return h(
    "div",
    { className: "quotation" },
    h("details", null, h("summary", { className: "quotation-summary" }, label), h("div", { className: "quotation-text" }, quoted)),
    h("button", { type: "button", onClick: remove, className: "button button-quiet quotation-remove" }, removeLabel),
  );
}

// A button that acts once everything is kept; the act is told which version that is.
export function AfterSaving({ onDone, children, ...rest }) {
  const draft = useDraft();
  const [busy, work] = useState(false);
  const act = async () => {
    work(true);
    const kept = await flush();
    work(false);
    if (kept) onDone(current().version);
  };
  const waiting = draft.uploads.some((one) => !one.error);
  return h("button", { type: "button", onClick: act, disabled: busy || waiting, title: waiting ? "Files are still being uploaded" : undefined, ...rest }, children);
}
