"""Words that generated mail is made of: neutral, in several scripts."""

SUBJECTS = (
    "Minutes of the planning meeting",
    "Invoice 2026-1184",
    "Question about the delivery date",
    "Lunch on Thursday?",
    "Draft of the contract",
    "Photos from the site visit",
    "Quarterly figures",
    "Your newsletter for this week",
    "Onboarding checklist",
    "Travel itinerary",
    "Problem with the last order",
    "Thank you for the call",
    "Agenda for Monday",
    "Proposal, second version",
    "Перенос встречи на пятницу",
    "見積書の件",
    "عرض السعر المحدث",
    "Ερώτηση για την παραγγελία",
    "Geänderte Öffnungszeiten über Ostern",
    "Réunion déplacée à jeudi",
    "Release notes 🚀",
    "Wrong quantities in the shipment",
    "Security review",
    "Access to the shared folder",
    "Follow-up on our demo",
)
PEOPLE = (
    ("Mara Lindqvist", "mara@example.org"),
    ("Jonas Weber", "jonas.weber@example.net"),
    ("Aiko Tanaka", "aiko@example.jp"),
    ("Омар Хаддад", "omar@example.com"),
    ("Élodie Martin", "elodie.martin@example.fr"),
    ("Newsletter", "news@example.info"),
    ("Priya Nair", "priya+crm@example.in"),
    ("Tomás Silva", "tomas@example.pt"),
    ("山田 太郎", "yamada@example.jp"),
    ("Support", "support@example.org"),
    ("Chiara Rossi", "chiara@example.it"),
    ("Noah Cohen", "noah@example.net"),
)
SENTENCES = (
    "Please find the updated numbers below.",
    "Could you confirm until Wednesday?",
    "The truck arrives at nine in the morning.",
    "We agreed on the second variant.",
    "I have attached the plan.",
    "Let me know whether this suits you.",
    "The price includes delivery and assembly.",
    "Nothing changes for the other sites.",
    "Thanks again for your patience.",
    "Счёт приложен к письму.",
    "よろしくお願いいたします。",
    "شكرا لتعاونكم.",
    "Με εκτίμηση.",
    "Viele Grüße aus Köln.",
    "The meeting room on the third floor is booked.",
    "Two boxes were damaged in transit.",
    "I will call you tomorrow at ten.",
)
CHARSETS = {"Перенос": "koi8-r", "見積": "iso-2022-jp", "Geänd": "iso-8859-1", "Réun": "windows-1252"}
ATTACHMENTS = (
    ("plan.pdf", "application", "pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"),
    ("figures.csv", "text", "csv", b"month,units\n2026-09,120\n2026-10,134\n"),
    (
        "invite.ics",
        "text",
        "calendar",
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Planning\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    ),
    ("Übersicht 2026.txt", "text", "plain", "Übersicht\n".encode()),
)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cf500f00038401804c"
    "9b6f390000000049454e44ae426082"
)
NEWSLETTER = """<!doctype html><html><head><style>.box{{font-family:Georgia;max-width:640px;margin:auto}}
h1{{color:#1d4ed8}}</style></head><body><div class="box"><img src="https://images.example.info/header.png" width="640"
alt="Header"><h1>{title}</h1>{paragraphs}<p><a href="https://www.example.info/read?id={ident}">Read more</a></p>
<table><tr><td>Autumn</td><td>12 %</td></tr><tr><td>Winter</td><td>9 %</td></tr></table>
<img src="https://track.example.info/open.gif?id={ident}" width="1" height="1" alt=""></div></body></html>"""
