"""Words by which mail programs introduce what they quote."""

import re

INTRO = re.compile(
    r"^(?:On|Le|Am|El|Il|Op|Em|Den|Dnia|W dniu|Dne|Vào|Pada|\d{4}[-/.年])\b.{0,400}:\s*$"
    r"|\b(?:wrote|writes|schrieb|a écrit|escribió|ha scritto|schreef|skrev|escreveu|napisał(?:\(a\))?|пишет)\b"
    r".{0,80}:\s*$",
    re.DOTALL | re.IGNORECASE,
)
"""A sentence such as "On Monday Ada wrote:"."""
FORWARDED = re.compile(r"^[\s\-_>*]*(?:begin )?forwarded message|^[\s\-_>*]*weitergeleitete nachricht", re.IGNORECASE)
"""What follows is what the message is about, and nothing to fold away."""
FROM = re.compile(r"^\*?(?:From|Von|De|Da|Van|Fra|Från|Od)\s?:\*?\s+\S", re.IGNORECASE)
SENT = re.compile(r"^\*?(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado|Inviato|Verzonden|Sendt|Skickat)\s?:", re.IGNORECASE)
