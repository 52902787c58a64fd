// Files of a draft: uploaded one after the other as the body of a POST, with progress, and taken out again.
import { createElement as h, useEffect, useRef } from "react";
import { Paperclip, X } from "lucide-react";
import { Size } from "../parts.js";
import { ask, change, current, useDraft } from "./draft.js";

let last = 0;

// Add these files to the draft that is open.
export async function upload(files) {
  const draftId = current().id;
  const made = files.map((file) => ({ key: ++last, name: file.name, size: file.size, sent: 0, error: "", file }));
  change({ uploads: [...current().uploads.filter((one) => !one.error), ...made] });
  for (const one of made) if (is(draftId, one.key)) await send(draftId, one);
}

function is(draftId, key) {
  return current().id === draftId && current().uploads.some((one) => one.key === key);
}

function send(draftId, one) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/mail/draft/${draftId}/files`);
    request.setRequestHeader("X-File-Name", encodeURIComponent(one.name.toWellFormed?.() ?? one.name));
    request.setRequestHeader("Content-Type", one.file.type || "application/octet-stream");
    request.upload.onprogress = (event) => update(draftId, one.key, { sent: event.loaded });
    request.onloadend = () => {
      arrived(draftId, one, request);
      done();
    };
    update(draftId, one.key, { stop: () => request.abort() });
    request.send(one.file);
  });
}

function arrived(draftId, one, request) {
  if (!is(draftId, one.key)) return;
  const body = understood(request.responseText);
  if (request.status !== 200) {
    update(draftId, one.key, { error: body.error || "It could not be uploaded. Check the connection and add it again" });
    return;
  }
  const file = { id: body.id, name: body.name, size: body.size };
  change({ files: [...current().files, file], uploads: current().uploads.filter((other) => other.key !== one.key) });
}

function understood(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function update(draftId, key, part) {
  if (is(draftId, key)) change({ uploads: current().uploads.map((one) => (one.key === key ? { ...one, ...part } : one)) });
}

function withdraw(one) {
  change({ uploads: current().uploads.filter((other) => other.key !== one.key) });
  one.stop?.();
}

async function takeOut(file) {
  const { id, files } = current();
  change({ files: files.filter((one) => one.id !== file.id) });
  const answer = await ask("DELETE", `/mail/draft/${id}/files/${file.id}`);
  if (answer.status !== 200 && answer.status !== 404 && current().id === id) change({ files: [...current().files, file].sort((one, other) => one.id - other.id) });
}

// The button that lets a person choose files.
export function AttachButton({ label, ...rest }) {
  const field = useRef(null);
  const chosen = (event) => {
    upload([...event.target.files]);
    event.target.value = "";
  };
  return [
    h("button", { key: "button", type: "button", onClick: () => field.current.click(), "aria-label": label, title: label, ...rest }, h(Paperclip, { size: 17, "aria-hidden": true }), h("span", null, label)),
    h("input", { key: "field", ref: field, type: "file", multiple: true, onChange: chosen, hidden: true, "aria-label": label }),
  ];
}

// The files with their sizes, what is being uploaded, and how much the sender's provider takes.
export function Files({ label, tooLarge }) {
  const { files, uploads, senders, fields } = useDraft();
  const end = useRef(null);
  const waiting = uploads.length;
  useEffect(() => void (waiting && end.current?.scrollIntoView({ block: "nearest" })), [waiting]);
  if (!files.length && !uploads.length) return null;
  const sender = senders.find((one) => one.id === fields.connection_id);
  const total = [...files, ...uploads.filter((one) => !one.error)].reduce((sum, one) => sum + one.size, 0);
  const over = sender && total > sender.most_bytes;
  return h(
    "div",
    { className: "letter-files" },
    h("ul", { "aria-label": label, className: "letter-file-list" }, files.map(line), uploads.map(rising)),
    sender &&
      h(
        "p",
        { ref: end, role: over ? "alert" : undefined, className: over ? "field-error" : "hint", "data-over": over },
        h(Size, { bytes: total }),
        " of ",
        h(Size, { bytes: sender.most_bytes }),
        over ? `. ${tooLarge.replace("{provider}", sender.provider_name)}` : ` that ${sender.provider_name} takes`,
      ),
  );
}

function line(file) {
  return h(
    "li",
    { key: file.id, className: "letter-file" },
    h(Paperclip, { size: 15, "aria-hidden": true }),
    h("span", { className: "letter-file-name", title: file.name }, file.name),
    h(Size, { bytes: file.size, className: "muted small nowrap" }),
    remover(`Remove ${file.name}`, () => takeOut(file)),
  );
}

function rising(one) {
  const percent = one.size ? Math.floor((one.sent * 100) / one.size) : 0;
  return h(
    "li",
    { key: `upload-${one.key}`, className: "letter-file", "data-failed": Boolean(one.error) },
    h(Paperclip, { size: 15, "aria-hidden": true }),
    h("span", { className: "letter-file-name", title: one.name }, one.name),
    one.error
      ? h("span", { role: "alert", className: "field-error" }, one.error)
      : h(
          "span",
          { role: "progressbar", "aria-label": `Uploading ${one.name}`, "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": percent, className: "progress letter-progress" },
          h("span", { style: { display: "block", width: `${percent}%` } }),
        ),
    remover(one.error ? `Dismiss ${one.name}` : `Stop uploading ${one.name}`, () => withdraw(one)),
  );
}

function remover(label, onClick) {
  return h("button", { type: "button", onClick, "aria-label": label, title: label, className: "chip-remove" }, h(X, { size: 14, "aria-hidden": true }));
}
