// Small parts that need the browser itself: dialogs, moments in the reader's own time zone, numbers, copying.
import { createElement as h, Fragment, useEffect, useRef, useState } from "react";

// A page taken out of the browser's memory shows what was true when it was left, a busy button for instance.
if (typeof window !== "undefined") window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());

// A modal dialog of the browser's own: it keeps the focus inside, gives it back, and closes with Escape.
export function Dialog({ open, onDismiss, children, ...rest }) {
  const place = useRef(null);
  useEffect(() => {
    const dialog = place.current;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  const dismiss = (event) => {
    event.preventDefault();
    onDismiss?.();
  };
  // A text editor keeps Escape from the browser, which then does not know that the dialog is to close.
  const escape = (event) => event.key === "Escape" && event.isDefaultPrevented() && onDismiss?.();
  return h("dialog", { ref: place, onCancel: dismiss, onKeyDown: escape, ...rest }, children);
}

const STEPS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
const WORDS = new Intl.RelativeTimeFormat("en", { numeric: "always" });

function distance(seconds) {
  const size = Math.abs(seconds);
  if (size < 45) return seconds <= 0 ? "just now" : "in a moment";
  const [unit, length] = STEPS.find(([, each]) => size >= each) ?? ["minute", 60];
  return WORDS.format(Math.round(seconds / length), unit);
}

function day(moment) {
  const today = new Date();
  if (moment.toDateString() === today.toDateString()) return moment.toLocaleTimeString(undefined, { timeStyle: "short" });
  const sameYear = moment.getFullYear() === today.getFullYear();
  return moment.toLocaleDateString(undefined, sameYear ? { day: "numeric", month: "short" } : { dateStyle: "medium" });
}

const FORMS = {
  ago: (moment) => distance(Math.min(0, (moment - Date.now()) / 1000)),
  until: (moment) => (moment <= Date.now() ? "any moment" : distance((moment - Date.now()) / 1000)),
  day,
  exact: (moment) => moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }),
  full: (moment) => moment.toLocaleString(undefined, { dateStyle: "full", timeStyle: "long" }),
};

// A moment in words that stay true while the page is open; the exact one shows on hover.
export function Moment({ at, form = "ago", ...rest }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 20000);
    return () => clearInterval(timer);
  }, []);
  const moment = new Date(at);
  if (!at || Number.isNaN(moment.getTime())) return null;
  const exact = moment.toLocaleString(undefined, { dateStyle: "full", timeStyle: "short" });
  return h("time", { dateTime: at, title: exact, ...rest }, FORMS[form](moment));
}

// Calls for a look every few seconds, for as long as it is on the page.
export function Every({ seconds, onTick }) {
  useEffect(() => {
    const timer = setInterval(onTick, seconds * 1000);
    return () => clearInterval(timer);
  });
  return null;
}

// The seconds until a message goes.
export function Countdown({ to }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 250);
    return () => clearInterval(timer);
  }, []);
  const left = Math.ceil((new Date(to) - Date.now()) / 1000);
  if (left <= 0) return "Sending …";
  return `Sending in ${Math.min(left, 10)} ${left === 1 ? "second" : "seconds"}`;
}

// A number as the reader's locale writes it.
export function Count({ value, ...rest }) {
  return h("span", rest, new Intl.NumberFormat().format(value ?? 0));
}

// A size in bytes, in the unit that suits it.
export function Size({ bytes, ...rest }) {
  const power = Math.min(3, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1000)));
  const unit = ["byte", "kilobyte", "megabyte", "gigabyte"][power];
  const number = new Intl.NumberFormat(undefined, { style: "unit", unit, unitDisplay: power ? "short" : "long", maximumFractionDigits: power > 1 ? 1 : 0 });
  return h("span", rest, number.format(bytes / 1000 ** power));
}

// A button that opens every fold of a kind, and closes all but the last again.
export function UnfoldAll({ within, what, ...rest }) {
  const [open, setOpen] = useState(false);
  const turn = () => {
    const folds = [...document.querySelectorAll(`${within} ${what}`)];
    folds.forEach((fold, at) => {
      fold.open = !open || at === folds.length - 1;
    });
    setOpen(!open);
  };
  return h("button", { type: "button", onClick: turn, ...rest }, open ? "Collapse all" : "Expand all");
}

// A button that puts a text, or what stands in the field `of`, on the clipboard and says so.
export function CopyButton({ text, of, label = "Copy", done = "Copied", ...rest }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 2500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    await write(of ? document.getElementById(of).value : text);
    setCopied(true);
  };
  return h(
    Fragment,
    null,
    h("button", { type: "button", onClick: copy, ...rest }, copied ? done : label),
    h("span", { role: "status", className: "only-read" }, copied ? done : ""),
  );
}

async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Browsers keep the clipboard to https and localhost; an office network often has neither.
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  return undefined;
}

function useParameter(name) {
  const [value, setValue] = useState("");
  useEffect(() => setValue(new URLSearchParams(window.location.search).get(name) ?? ""), [name]);
  return value;
}

// A hidden field with the value of a parameter of the page's address.
export function AddressValue({ name, parameter }) {
  return h("input", { type: "hidden", name, value: useParameter(parameter), readOnly: true });
}

// A sentence that the page's address may ask for; anybody can write an address, so only known sentences are shown.
export function AddressMessage({ parameter, known, otherwise, ...rest }) {
  const asked = useParameter(parameter);
  if (!asked) return null;
  return h("p", { role: "alert", ...rest }, known.includes(asked) ? asked : otherwise);
}
