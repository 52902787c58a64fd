// The draft that is being written: held here, kept by EasyCRM as one types, and in this tab until that is done.
import { useSyncExternalStore } from "react";

const PAUSE = 600;
const RETRY = [1000, 2000, 4000, 8000, 15000];
// What browsers still send when a page is being closed.
const PARTING_LETTER = 60000;
const NONE = { id: 0, version: 0, fields: {}, files: [], uploads: [], senders: [], wanted: {}, state: "kept", problem: "", opened: 0, shown: false };

let draft = NONE;
let timer = 0;
let tries = 0;
let saving = null;
const listeners = new Set();

// The draft as it stands: fields, files, and in `state` whether it is kept, typing, offline, changed, gone or refused.
export function useDraft() {
  return useSyncExternalStore(subscribe, current, current);
}

export function current() {
  return draft;
}

function subscribe(tell) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

export function change(part) {
  draft = { ...draft, ...part };
  listeners.forEach((tell) => tell());
}

// Take over a draft as EasyCRM has it. What was typed in this tab and is not kept yet is never replaced by it.
export function open(given) {
  if (!given.id) return;
  if (given.id === draft.id) {
    if (given.version > draft.version) unsaved() ? lagBehind() : take(given, given.fields, "kept");
    else if (given.version === draft.version && !draft.uploads.length) change({ files: given.files, quoted: given.quoted });
    return;
  }
  if (unsaved()) put(draft);
  clearTimeout(timer);
  saving = null;
  const journal = written(given.id);
  const differs = journal && !same(journal.fields, given.fields);
  if (!differs) forget(given.id);
  take(given, differs ? journal.fields : given.fields, differs ? "typing" : "kept");
  if (differs && journal.version === given.version) save();
  else if (differs) lagBehind();
}

function take(given, fields, state) {
  change({ ...given, fields, uploads: [], wanted: {}, state, problem: "", opened: draft.opened + 1 });
}

function lagBehind() {
  clearTimeout(timer);
  change({ state: "changed" });
}

// Let go of what stands here: what EasyCRM has counts.
export function abandon() {
  clearTimeout(timer);
  forget(draft.id);
  draft = { ...NONE, opened: draft.opened, senders: draft.senders, shown: draft.shown };
}

// Something was typed.
export function edit(part) {
  const fields = { ...draft.fields, ...part };
  if (same(fields, draft.fields)) return;
  const settled = draft.state === "kept" || draft.state === "refused";
  change({ fields, state: settled ? "typing" : draft.state });
  note();
  if (draft.state === "typing") later(PAUSE);
}

function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

// Save until nothing is left to save; whether everything is kept now.
export async function flush() {
  clearTimeout(timer);
  if (draft.state === "offline" || draft.state === "refused") change({ state: "typing" });
  while (draft.state === "typing") await save();
  return draft.state === "kept";
}

function save() {
  clearTimeout(timer);
  saving ??= attempt().finally(() => (saving = null));
  return saving;
}

async function attempt() {
  const { id, fields } = draft;
  const answer = await put(draft);
  if (draft.id !== id) return;
  if (answer.status === 200) {
    tries = 0;
    const done = draft.fields === fields;
    change({ version: answer.body.version, state: done ? "kept" : "typing", problem: "" });
    if (done) forget(id);
    else note(), later(PAUSE);
  } else if (answer.status === 409) lagBehind();
  else if (answer.status === 404) change({ state: "gone" });
  else if (answer.status === 400 || answer.status === 413) change({ state: "refused", problem: answer.body.error ?? "" });
  else {
    change({ state: answer.status === 401 ? "signed-out" : "offline" });
    timer = setTimeout(() => flush(), RETRY[Math.min(tries++, RETRY.length - 1)]);
  }
}

async function put({ id, version, fields }, more = {}) {
  const answer = await ask("PUT", `/mail/draft/${id}`, { version, fields }, more);
  if (answer.status === 200 && id !== draft.id) forget(id);
  return answer;
}

// Keep what stands here as a draft of its own; its id, or 0.
export async function keepApart() {
  const answer = await ask("POST", `/mail/draft/${draft.id}/apart`, { version: draft.version, fields: draft.fields });
  if (answer.status !== 200) return 0;
  abandon();
  return answer.body.id;
}

// Ask EasyCRM for something; status 0 means that it could not be reached.
export async function ask(method, address, body, more = {}) {
  const content = body === undefined ? {} : { body: wellFormed(body), headers: { "Content-Type": "application/json" } };
  try {
    const answer = await fetch(address, { method, ...content, ...more });
    const json = answer.headers.get("content-type")?.startsWith("application/json");
    return { status: answer.status, body: json ? await answer.json() : {} };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return { status: 0, body: {} };
  }
}

function wellFormed(body) {
  return JSON.stringify(body, (_, value) => (typeof value === "string" && value.toWellFormed ? value.toWellFormed() : value));
}

export function unsaved() {
  return draft.id > 0 && draft.state !== "kept";
}

function same(one, other) {
  return ["connection_id", "to", "cc", "bcc", "subject", "html"].every((name) => one[name] === other[name]);
}

// The journal: what was typed and is not kept yet, in the tab's own memory, so that a reload or a crash loses nothing.
function note() {
  try {
    sessionStorage.setItem(place(draft.id), JSON.stringify({ version: draft.version, fields: draft.fields }));
  } catch {
    // Full or forbidden: the text is still on the page, and leaving asks first.
  }
}

function written(id) {
  try {
    return JSON.parse(sessionStorage.getItem(place(id)));
  } catch {
    return null;
  }
}

function forget(id) {
  try {
    sessionStorage.removeItem(place(id));
  } catch {
    // Nothing was noted either.
  }
}

function place(id) {
  return `easycrm-draft-${id}`;
}

if (typeof window !== "undefined") {
  window.addEventListener("online", () => draft.state === "offline" && flush());
  window.addEventListener("pagehide", () => {
    if (draft.state === "typing" && draft.fields.html.length < PARTING_LETTER) put(draft, { keepalive: true });
  });
  window.addEventListener("beforeunload", (event) => {
    const lost = unsaved() && (draft.state !== "typing" || draft.fields.html.length >= PARTING_LETTER);
    if ((lost && (draft.shown || draft.state === "offline")) || draft.uploads.some((one) => !one.error)) event.preventDefault();
  });
}
