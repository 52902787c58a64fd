// The editor's toolbar: one stop for the Tab key, arrows within, each button labelled.
import { createElement as h, useRef, useState } from "react";
import { useEditorState } from "@tiptap/react";
import { Bold, Italic, Link, List, ListOrdered, Redo2, RemoveFormatting, Strikethrough, TextQuote, Underline, Undo2 } from "lucide-react";

const TOOLS = [
  ["Bold", Bold, "bold", (run) => run.toggleBold(), "Ctrl+B"],
  ["Italic", Italic, "italic", (run) => run.toggleItalic(), "Ctrl+I"],
  ["Underline", Underline, "underline", (run) => run.toggleUnderline(), "Ctrl+U"],
  ["Strikethrough", Strikethrough, "strike", (run) => run.toggleStrike()],
  ["Bulleted list", List, "bulletList", (run) => run.toggleBulletList()],
  ["Numbered list", ListOrdered, "orderedList", (run) => run.toggleOrderedList()],
  ["Quotation", TextQuote, "blockquote", (run) => run.toggleBlockquote()],
];
const ACTS = [
  ["Remove formatting", RemoveFormatting, (run) => run.clearNodes().unsetAllMarks()],
  ["Undo", Undo2, (run) => run.undo(), "undo"],
  ["Redo", Redo2, (run) => run.redo(), "redo"],
];

export function Toolbar({ editor }) {
  const place = useRef(null);
  const [linking, link] = useState(null);
  const [stop, moveTo] = useState(0);
  const now = useEditorState({ editor, selector: state });
  const act = (what) => what(editor.chain().focus()).run();
  const onKeyDown = (event) => {
    const buttons = [...place.current.querySelectorAll("button:not([disabled])")];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const there = { Home: 0, End: buttons.length - 1 }[event.key] ?? (step && (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length);
    if (there === undefined) return;
    event.preventDefault();
    buttons[there].focus();
    moveTo(Number(buttons[there].dataset.place));
  };
  const tool = (index, label, Icon, onClick, more = {}) =>
    h("button", { key: label, type: "button", "data-place": index, tabIndex: index === stop ? 0 : -1, onClick, onMouseDown: (event) => event.preventDefault(), "aria-label": label, className: "tool", ...more }, h(Icon, { size: 17, "aria-hidden": true }));
  const formats = TOOLS.map(([label, Icon, name, what, keys], index) =>
    tool(index, label, Icon, () => act(what), { "aria-pressed": now[name], title: keys ? `${label} (${keys})` : label }),
  );
  const acts = ACTS.map(([label, Icon, what, able], index) => tool(TOOLS.length + 1 + index, label, Icon, () => act(what), { title: label, "aria-disabled": able ? !now[able] : undefined }));
  const linker = tool(TOOLS.length, "Link", Link, () => link(linking === null ? now.href : null), { "aria-pressed": now.link, "aria-expanded": linking !== null, title: "Link" });
  return h(
    "div",
    { className: "toolbar-place" },
    h("div", { ref: place, role: "toolbar", "aria-label": "Formatting", onKeyDown, className: "toolbar" }, formats, linker, acts),
    linking !== null && h(LinkForm, { editor, href: linking, onEnd: () => link(null) }),
  );
}

function state({ editor }) {
  const active = Object.fromEntries(TOOLS.map(([, , name]) => [name, editor.isActive(name)]));
  return { ...active, link: editor.isActive("link"), href: editor.getAttributes("link").href ?? "", undo: editor.can().undo(), redo: editor.can().redo() };
}

// Where a link leads; the chosen words become it, or its address is written out.
function LinkForm({ editor, href, onEnd }) {
  const [address, type] = useState(href);
  const end = () => {
    onEnd();
    editor.commands.focus();
  };
  const submit = (event) => {
    event.preventDefault();
    event.stopPropagation();
    const wanted = full(address.trim());
    if (!wanted) return;
    const run = editor.chain().focus().extendMarkRange("link");
    if (editor.state.selection.empty && !editor.isActive("link")) run.insertContent({ type: "text", text: wanted, marks: [{ type: "link", attrs: { href: wanted } }] }).run();
    else run.setLink({ href: wanted }).run();
    end();
  };
  const remove = () => {
    editor.chain().focus().extendMarkRange("link").unsetLink().run();
    end();
  };
  return h(
    "form",
    { onSubmit: submit, onKeyDown: (event) => event.key === "Escape" && (event.stopPropagation(), end()), className: "link-form" },
    h("input", { type: "text", inputMode: "url", autoFocus: true, value: address, onChange: (event) => type(event.target.value), "aria-label": "Address of the link", placeholder: "https://", className: "input" }),
    h("button", { type: "submit", className: "button button-primary" }, "Link"),
    href ? h("button", { type: "button", onClick: remove, className: "button button-plain" }, "Remove") : null,
  );
}

function full(address) {
  if (!address) return "";
  if (/^(https?:\/\/|mailto:|tel:)/i.test(address)) return address;
  return address.includes("@") ? `mailto:${address}` : `https://${address}`;
}
