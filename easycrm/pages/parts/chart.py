"""Small charts and what belongs to a long work; their code is assets/charts.js."""

import reflex as rx

_LIBRARY = "$/public/charts.js"


class DayBars(rx.Component):
    """One bar a day from `first` (YYYY-MM-DD) on; `label` says what is counted."""

    library = _LIBRARY
    tag = "DayBars"
    counts: rx.Var[list[int]]
    first: rx.Var[str]
    label: rx.Var[str]


class HourBars(rx.Component):
    """One bar an hour from `first` (ISO 8601) on; `label` says what is counted."""

    library = _LIBRARY
    tag = "HourBars"
    counts: rx.Var[list[int]]
    first: rx.Var[str]
    label: rx.Var[str]


class Remaining(rx.Component):
    """How long a work will take yet, in words, once its pace is known."""

    library = _LIBRARY
    tag = "Remaining"
    done: rx.Var[int]
    total: rx.Var[int]
