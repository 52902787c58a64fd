"""What a plain text repeats of the message it answers: found, so that it can be folded away."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from easycrm.mail import quotation

_LONG_LINES = 8
_INTRO_LINES = 3
_DIVIDER = re.compile(
    r"^-{2,}\s*(?:Original Message|Original-?Nachricht|Ursprüngliche Nachricht|Message d'origine|Mensaje original"
    r"|Messaggio originale|Oorspronkelijk bericht)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^_{10,}\s*$")


@dataclass(frozen=True)
class Block:
    """Some lines of a plain text; `quoted` ones are of an earlier message."""

    text: str
    quoted: bool = False


def blocks(text: str) -> list[Block]:
    """The text in blocks, own words and quotations; a short quotation between answers counts as own words."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    marks = _marks(lines)
    if not any(line.strip() for line, mark in zip(lines, marks, strict=True) if not mark):
        return [Block(text)] if text else []
    found: list[Block] = []
    start = 0
    for end in range(1, len(lines) + 1):
        if end == len(lines) or marks[end] != marks[start]:
            part = "\n".join(lines[start:end]).strip("\n")
            if part:
                found.append(Block(part, marks[start]))
            start = end
    return found


def _marks(lines: Sequence[str]) -> list[bool]:
    """For each line, whether it is to be folded."""
    marks = [False] * len(lines)
    ending = _divider(lines)
    if ending is not None:
        marks[ending:] = [True] * (len(lines) - ending)
        lines = lines[:ending]
    said = [at for at, line in enumerate(lines) if line.strip()]
    at = 0
    while at < len(said):
        if not lines[said[at]].startswith(">"):
            at += 1
            continue
        begin = at
        while at < len(said) and lines[said[at]].startswith(">"):
            at += 1
        first, end = said[begin], said[at - 1] + 1
        if at == len(said) or end - first >= _LONG_LINES:
            first = _with_intro(lines, first)
            marks[first:end] = [True] * (end - first)
    return marks


def _with_intro(lines: Sequence[str], at: int) -> int:
    """Where the sentence begins that introduces the quotation at `at`; it may be broken over some lines."""
    last = at - 1
    while last >= 0 and not lines[last].strip():
        last -= 1
    for first in range(last, max(last - _INTRO_LINES, -1), -1):
        if not lines[first].strip():
            break
        if quotation.INTRO.search(" ".join(lines[first : last + 1]).strip()):
            begins = first
            while begins > max(last - _INTRO_LINES + 1, 0) and lines[begins - 1].strip() and not _opens(lines[begins]):
                begins -= 1
            return begins if _opens(lines[begins]) else first
    return at


def _opens(line: str) -> bool:
    return re.match(r"(?:On|Le|Am|El|Il|Op|Em|Den|Dnia|W dniu|Dne)\b", line.strip()) is not None


def _divider(lines: Sequence[str]) -> int | None:
    """Where Outlook's plain form of the earlier message begins, which goes on to the end."""
    for at, line in enumerate(lines):
        if _DIVIDER.match(line.strip()):
            return at
        if quotation.FROM.match(line) and any(quotation.SENT.match(one) for one in lines[at + 1 : at + 4]):
            before = next((back for back in range(at - 1, -1, -1) if lines[back].strip()), None)
            if before is not None and quotation.FORWARDED.match(lines[before]):
                return None
            return before if before is not None and _RULE.match(lines[before]) else at
    return None
