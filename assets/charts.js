// Small charts drawn by the browser, in the reader's own words for days and numbers.
import { createElement as h, useEffect, useRef, useState } from "react";

const HOUR = 3600000;
const DAY = 24 * HOUR;
const SHORT = { day: "numeric", month: "short", timeZone: "UTC" };
const LONG = { day: "numeric", month: "long", timeZone: "UTC" };

// Bars side by side; `name` says what a place on the axis is called, in a short and in a long form.
function Bars({ counts, label, name, ...rest }) {
  const number = (count) => new Intl.NumberFormat().format(count);
  const most = Math.max(1, ...counts);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const busiest = counts.indexOf(Math.max(...counts));
  const peak = all ? `, most at ${name(busiest, true)} with ${number(counts[busiest])}` : "";
  const words = `${label} from ${name(0, true)} to ${name(counts.length - 1, true)}: ${number(all)} in all${peak}`;
  const bars = counts.map((count, index) =>
    h("span", { key: index, title: `${name(index, true)}: ${number(count)}`, className: count ? "day-bar" : "day-bar day-none", style: { height: `${Math.max(4, (count * 100) / most)}%` } }),
  );
  return h(
    "div",
    { role: "img", "aria-label": words, className: "days", ...rest },
    h("div", { className: "day-bars" }, bars),
    h("div", { className: "day-ends" }, h("span", null, name(0, false)), h("span", null, label), h("span", null, name(counts.length - 1, false))),
  );
}

// One bar a day; `first` is the first day (YYYY-MM-DD), `label` what is counted.
export function DayBars({ counts = [], first, ...rest }) {
  const start = Date.parse(`${first}T00:00:00Z`);
  const name = (index, long) => new Date(start + index * DAY).toLocaleDateString(undefined, long ? LONG : SHORT);
  return h(Bars, { counts, name, ...rest });
}

// One bar an hour; `first` is the start of the first hour (ISO 8601).
export function HourBars({ counts = [], first, ...rest }) {
  const start = Date.parse(first);
  const name = (index, long) => {
    const moment = new Date(start + index * HOUR);
    return long ? moment.toLocaleString(undefined, { weekday: "long", hour: "numeric", minute: "2-digit" }) : moment.toLocaleTimeString(undefined, { timeStyle: "short" });
  };
  return h(Bars, { counts, name, ...rest });
}

// How long a piece of work will take yet, judged by the pace since it was first seen.
export function Remaining({ done, total }) {
  const start = useRef(null);
  const [words, setWords] = useState("");
  useEffect(() => {
    if (!start.current || done < start.current.done) start.current = { done, at: Date.now() };
    const passed = (Date.now() - start.current.at) / 1000;
    const more = done - start.current.done;
    if (passed < 3 || more <= 0 || total <= done) return setWords("");
    const left = ((total - done) * passed) / more;
    const minutes = Math.round(left / 60);
    if (left < 50) return setWords(" · less than a minute left");
    if (minutes < 90) return setWords(` · about ${minutes} ${minutes === 1 ? "minute" : "minutes"} left`);
    return setWords(` · about ${Math.round(minutes / 60)} hours left`);
  }, [done, total]);
  return words;
}
