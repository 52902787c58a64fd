// A field for recipients: chips, and a list of people that one's contacts and mail suggest.
import { createElement as h, useEffect, useRef, useState } from "react";
import { X } from "lucide-react";
import { ask, edit, useDraft } from "./draft.js";
import { pasted, person, piece, pieces } from "./people.js";

const ENDS = [",", ";", "Enter"];

export function Recipients({ name, label, children }) {
  const draft = useDraft();
  const [text, type] = useState("");
  const [chosen, choose] = useState(null);
  const [active, activate] = useState(-1);
  const field = useRef(null);
  const chips = without(pieces(draft.fields[name] ?? ""), text);
  const found = useSuggestions(text, chips);
  const open = found.length > 0;
  const list = `${name}-suggestions`;

  const keep = (made, rest) => edit({ [name]: [...made, rest.trim()].filter(Boolean).join(", ") });
  const write = (value) => {
    type(value);
    activate(-1);
    keep(chips, value);
  };
  const add = (more) => {
    const there = new Set(chips.map((one) => person(one).email.toLowerCase()));
    const made = [...chips, ...more.filter((one) => !there.has(person(one).email.toLowerCase()))];
    type("");
    activate(-1);
    keep(made, "");
  };
  const remove = (index) => {
    keep(chips.filter((_, place) => place !== index), text);
    choose(null);
    field.current?.focus();
  };
  const change = (index) => {
    const rest = chips.filter((_, place) => place !== index);
    type(chips[index]);
    keep(rest, chips[index]);
    field.current?.focus();
  };
  const finish = () => text.trim() && add(pieces(text));

  const onKeyDown = (event) => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey) return;
    if (open && event.key === "ArrowDown") activate((active + 1) % found.length);
    else if (open && event.key === "ArrowUp") activate(active <= 0 ? found.length - 1 : active - 1);
    else if (open && active >= 0 && (event.key === "Enter" || event.key === "Tab")) add([piece(found[active])]);
    else if (open && event.key === "Escape") found.dismiss();
    else if (ENDS.includes(event.key) && !inQuotes(text)) finish();
    else if (event.key === "Backspace" && !text && chips.length) chosen === chips.length - 1 ? remove(chosen) : choose(chips.length - 1);
    else return choose(null);
    if (event.key !== "Tab" || active >= 0) event.preventDefault();
    return undefined;
  };
  const onPaste = (event) => {
    const copied = event.clipboardData.getData("text/plain");
    const several = pasted(copied);
    if (several.length < 2 && !several.every((one) => person(one).usable)) return;
    event.preventDefault();
    add([...pieces(text), ...several]);
  };

  return h(
    "div",
    { className: "letter-row", onClick: (event) => event.target === event.currentTarget && field.current?.focus() },
    h("label", { htmlFor: `recipients-${name}`, className: "letter-label" }, label),
    h(
      "div",
      { className: "chips", onClick: (event) => event.target === event.currentTarget && field.current?.focus() },
      chips.map((one, index) => h(Chip, { key: `${one}-${index}`, of: person(one), chosen: chosen === index, onRemove: () => remove(index), onChange: () => change(index) })),
      h(
        "span",
        { className: "chips-typing" },
        h("input", {
          ref: field,
          id: `recipients-${name}`,
          type: "text",
          inputMode: "email",
          autoComplete: "off",
          autoCapitalize: "off",
          spellCheck: false,
          size: 1,
          value: text,
          role: "combobox",
          "aria-expanded": open,
          "aria-controls": list,
          "aria-autocomplete": "list",
          "aria-activedescendant": open && active >= 0 ? `${list}-${active}` : undefined,
          onChange: (event) => write(event.target.value),
          onKeyDown,
          onPaste,
          onBlur: () => {
            choose(null);
            finish();
            found.dismiss();
          },
          className: "chips-input",
        }),
        h(
          "ul",
          { id: list, role: "listbox", "aria-label": `People for ${label}`, hidden: !open, className: "suggestions" },
          found.map((one, index) =>
            h(
              "li",
              {
                key: one.email,
                id: `${list}-${index}`,
                role: "option",
                "aria-selected": index === active,
                onPointerDown: (event) => event.preventDefault(),
                onClick: () => add([piece(one)]),
                className: "suggestion",
              },
              h("span", { className: "avatar", "aria-hidden": true }, (one.name || one.email)[0]),
              h("span", { className: "suggestion-words" }, one.name ? h("span", null, one.name) : null, h("span", { className: one.name ? "muted small" : "" }, one.email)),
            ),
          ),
        ),
      ),
    ),
    children,
  );
}

function Chip({ of, chosen, onRemove, onChange }) {
  const words = of.name || of.email || of.piece;
  return h(
    "span",
    { className: "chip", "data-usable": of.usable, "data-chosen": chosen, title: of.usable ? of.email : `${of.piece} is not an email address` },
    h("button", { type: "button", onClick: onChange, className: "chip-words", "aria-label": of.usable ? `Change ${of.piece}` : `Change ${of.piece}, which is not an email address` }, words),
    h("button", { type: "button", onClick: onRemove, className: "chip-remove", "aria-label": `Remove ${words}` }, h(X, { size: 13, "aria-hidden": true })),
  );
}

// The line holds what is being typed too, so that nothing is lost; it is no chip yet.
function without(chips, text) {
  return text.trim() && chips.at(-1) === pieces(text).at(-1) ? chips.slice(0, -pieces(text).length) : chips;
}

function inQuotes(text) {
  return (text.match(/"/g)?.length ?? 0) % 2 === 1;
}

// People whom the letters typed so far may mean, without those who are there already.
function useSuggestions(text, chips) {
  const [found, show] = useState([]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted.length < 1) {
      show([]);
      return undefined;
    }
    const leaving = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const answer = await ask("GET", `/mail/people?q=${encodeURIComponent(wanted)}`, undefined, { signal: leaving.signal });
        show(answer.status === 200 ? answer.body : []);
      } catch {
        // Typed on: the next question is on its way.
      }
    }, 120);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [text]);
  const there = new Set(chips.map((one) => person(one).email.toLowerCase()));
  const left = text.trim() ? found.filter((one) => !there.has(one.email.toLowerCase())) : [];
  left.dismiss = () => show([]);
  return left;
}
