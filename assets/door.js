// The form behind a link that works once.
import { createElement as h, useEffect, useState } from "react";

// The link's secret stands after the address's #, which browsers send to nobody. It is taken out of the address before
// the page is drawn, so that neither the history nor whoever looks over a shoulder keeps it. The tab keeps it over a
// reload; signing in clears that.
const KEPT = "access-link";
const secret = take();

function take() {
  if (typeof window === "undefined") return "";
  if (!["/invitation", "/reset-password"].includes(window.location.pathname.replace(/\/$/, ""))) return "";
  const found = new URLSearchParams(window.location.hash.slice(1)).get("token");
  if (!found) return window.sessionStorage.getItem(KEPT) ?? "";
  window.history.replaceState(window.history.state, "", window.location.pathname);
  window.sessionStorage.setItem(KEPT, found);
  return found;
}

async function post(address, body) {
  const answer = await fetch(address, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
  return answer.json();
}

// Shows its children once the link is known to be good; what is wrong with an entry is said above them, and all entries stay.
export function AccessForm({ over, broken, children }) {
  const [person, setPerson] = useState(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    post("/auth/link", { token: secret }).then(setPerson).catch(() => setPerson({ error: broken }));
  }, []);
  const submit = async (event) => {
    event.preventDefault();
    const fields = event.target.elements;
    setBusy(true);
    const entered = { token: secret, name: fields.name?.value ?? "", password: fields.password.value };
    const answer = await post("/auth/link/use", entered).catch(() => ({ error: broken }));
    if (answer.to) return window.location.assign(answer.to);
    setBusy(false);
    setProblem(answer.error);
    return fields[answer.field]?.focus();
  };
  if (person === null) return h("div", { className: "spinner", role: "status", "aria-label": "Looking at the link" });
  if (person.error) return h("p", { role: "alert", className: "notice notice-bad" }, secret ? person.error : over);
  return h(
    "form",
    { className: "door-form", onSubmit: submit },
    problem && h("p", { role: "alert", className: "notice notice-bad" }, problem),
    h(
      "div",
      { className: "field" },
      h("label", { htmlFor: "email" }, "Email"),
      h("input", { id: "email", name: "email", className: "input", value: person.email, readOnly: true, autoComplete: "username" }),
    ),
    h("fieldset", { disabled: busy, className: "door-fields" }, children),
  );
}
