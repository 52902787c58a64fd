// The text: Tiptap with what mail programs show alike. What its schema does not know, a paste does not bring.
import { createElement as h, useEffect, useRef, useState } from "react";
import { Node } from "@tiptap/core";
import { EditorContent, useEditor } from "@tiptap/react";
import { Placeholder } from "@tiptap/extensions";
import StarterKit from "@tiptap/starter-kit";
import { edit, useDraft } from "./draft.js";
import { Toolbar } from "./toolbar.js";

// The signature is a block that can be found again when another mailbox is chosen.
const Signature = Node.create({
  name: "signature",
  group: "block",
  content: "block+",
  defining: true,
  parseHTML: () => [{ tag: "div[data-signature]" }],
  renderHTML: () => ["div", { "data-signature": "" }, 0],
});

const KIT = StarterKit.configure({
  heading: { levels: [1, 2, 3, 4] },
  link: { openOnClick: false, defaultProtocol: "https", HTMLAttributes: { rel: null, target: null } },
  trailingNode: false,
});

function useText({ label, placeholder, html, onChange, autofocus = false }) {
  const told = useRef(onChange);
  told.current = onChange;
  return useEditor({
    extensions: [KIT, Signature, Placeholder.configure({ placeholder })],
    content: html,
    injectCSS: false,
    immediatelyRender: false,
    shouldRerenderOnTransaction: false,
    autofocus,
    editorProps: { attributes: { role: "textbox", "aria-multiline": "true", "aria-label": label, class: "text" } },
    onUpdate: ({ editor }) => told.current(editor.isEmpty ? "" : editor.getHTML()),
  });
}

// The text of the draft that is open, with its toolbar.
export function Editor({ label, placeholder }) {
  const { fields, opened, kind, senders } = useDraft();
  const answers = kind === "reply" || kind === "reply_all";
  const editor = useText({ label, placeholder, html: fields.html, onChange: (html) => edit({ html }), autofocus: answers ? "start" : false });
  const latest = useRef(opened);
  useEffect(() => {
    if (!editor || latest.current === opened) return;
    latest.current = opened;
    if (editor.getHTML() !== fields.html) editor.commands.setContent(fields.html, { emitUpdate: false });
  }, [editor, opened]);
  useSignature(editor, fields.connection_id, senders);
  return h("div", { className: "editor" }, editor && h(Toolbar, { editor }), h(EditorContent, { editor, className: "editor-text" }));
}

// Swap the signature when another mailbox is chosen, or when the chosen one's has been changed.
function useSignature(editor, mailbox, senders) {
  const before = useRef(null);
  const signature = senders.find((one) => one.id === mailbox)?.signature;
  useEffect(() => {
    if (!editor || signature === undefined) return;
    if (before.current !== null && before.current !== signature) swap(editor, before.current, signature);
    before.current = signature;
  }, [editor, signature]);
}

function swap(editor, before, signature) {
  const block = `<div data-signature="">${signature}</div>`;
  let found = null;
  editor.state.doc.forEach((node, from) => {
    if (node.type.name === "signature") found = { from, to: from + node.nodeSize };
  });
  // Where the person has removed the block, none comes back; where the mailbox before had none, it is put below.
  if (found && signature) editor.commands.insertContentAt(found, block, { updateSelection: false });
  else if (found) editor.commands.deleteRange(found);
  else if (signature && !before) editor.commands.insertContentAt(editor.state.doc.content.size, block, { updateSelection: false });
}

// The text of a signature; it is handed over when the person is done.
export function SignatureEditor({ label, html, onKeep, onCancel }) {
  const [text, type] = useState(html);
  const editor = useText({ label, placeholder: "Name, position, telephone", html, onChange: type, autofocus: "end" });
  return h(
    "div",
    { className: "signature" },
    h("div", { className: "editor" }, editor && h(Toolbar, { editor }), h(EditorContent, { editor, className: "editor-text" })),
    h(
      "div",
      { className: "dialog-actions" },
      h("button", { type: "button", onClick: onCancel, className: "button button-plain" }, "Cancel"),
      h("button", { type: "button", onClick: () => onKeep(text), className: "button button-primary" }, "Save signature"),
    ),
  );
}
