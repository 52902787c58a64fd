// Small charts drawn by the browser, in the reader's own words for days and numbers.
import { createElement as h, useEffect, useRef, useState } from "react";

const DAY = 86400000;
const SHORT = { day: "numeric", month: "short", timeZone: "UTC" };
const LONG = { day: "numeric", month: "long", timeZone: "UTC" };

// One bar a day; `first` is the first day (YYYY-MM-DD), `label` what is counted.
export function DayBars({ counts = [], first, label, ...rest }) {
  const start = Date.parse(`${first}T00:00:00Z`);
  const day = (index, form) => new Date(start + index * DAY).toLocaleDateString(undefined, form);
  const number = (count) => new Intl.NumberFormat().format(count);
  const most = Math.max(1, ...counts);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const busiest = counts.indexOf(Math.max(...counts));
  const peak = all ? `, most on ${day(busiest, LONG)} with ${number(counts[busiest])}` : "";
  const words = `${label} from ${day(0, LONG)} to ${day(counts.length - 1, LONG)}: ${number(all)} in all${peak}`;
  const bars = counts.map((count, index) =>
    h("span", { key: index, title: `${day(index, LONG)}: ${number(count)}`, className: count ? "day-bar" : "day-bar day-none", style: { height: `${Math.max(4, (count * 100) / most)}%` } }),
  );
  return h(
    "div",
    { role: "img", "aria-label": words, className: "days", ...rest },
    h("div", { className: "day-bars" }, bars),
    h("div", { className: "day-ends" }, h("span", null, day(0, SHORT)), h("span", null, label), h("span", null, day(counts.length - 1, SHORT))),
  );
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
