// Lines of addresses, cut into people and put together again, as the server reads them.

// Cut at commas, semicolons and line ends outside quotes and angle brackets.
export function pieces(line) {
  const found = [""];
  let quoted = false;
  let angled = false;
  let escaped = false;
  for (const letter of line) {
    if (escaped) escaped = false;
    else if (letter === "\\" && quoted) escaped = true;
    else if (letter === '"' && !angled) quoted = !quoted;
    else if ("<>".includes(letter) && !quoted) angled = letter === "<";
    else if (",;\n\r".includes(letter) && !quoted && !angled) {
      found.push("");
      continue;
    }
    found[found.length - 1] += letter;
  }
  return found.map((piece) => piece.trim()).filter(Boolean);
}

// Name and address of a piece; `usable` is whether it looks like one, the server judges when it is sent.
export function person(piece) {
  const [, name = "", address] = piece.match(/^(.*?)<([^<>]*)>$/s) ?? [null, "", piece];
  const plain = name.trim().replace(/^"(.*)"$/s, "$1").replace(/\\(["\\])/g, "$1");
  return { piece, name: plain, email: address.trim(), usable: /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$/.test(address.trim()) };
}

// A chosen person as a piece of a line.
export function piece({ name, email }) {
  if (!name) return email;
  return /^[\p{L}\p{N} .\-'_]+$/u.test(name) ? `${name} <${email}>` : `"${name.replace(/["\\]/g, "\\$&")}" <${email}>`;
}

// Several addresses on a clipboard may be separated by spaces or line ends alone.
export function pasted(text) {
  const words = text.trim().split(/\s+/);
  return words.length > 1 && words.every((word) => person(word.replace(/[,;]$/, "")).usable) ? words.map((word) => word.replace(/[,;]$/, "")) : pieces(text);
}
