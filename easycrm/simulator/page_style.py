"""The plain look of the simulator's pages, light and dark."""

_STYLE = """
:root{color-scheme:light dark;--ink:light-dark(#1b1d22,#eceef2);--soft:light-dark(#5a6072,#a2a9ba);
--line:light-dark(#dcdfe6,#343945);--page:light-dark(#f3f4f7,#14161b);--card:light-dark(#fff,#1d2027);
--accent:light-dark(#2f4fd0,#8fa5ff)}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main{max-width:var(--wide,460px);margin:6vh auto;padding:32px;background:var(--card);
border:1px solid var(--line);border-radius:16px}
h1{font-size:24px;line-height:1.25;margin:8px 0}h2{font-size:17px;margin:32px 0 8px}.who,p,small,dd{color:var(--soft)}
a{color:var(--accent)}
button{font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:10px;
padding:9px 16px;cursor:pointer}
button:hover{border-color:var(--accent)}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
input[type=checkbox]{width:18px;height:18px;accent-color:var(--accent);vertical-align:-3px;margin:0 8px 0 0}
.primary{background:var(--accent);border-color:var(--accent);color:var(--card);font-weight:600}
.list{display:grid;gap:8px}.account{display:grid;text-align:left;padding:10px 16px}
.account span{color:var(--soft);font-size:14px}
.scopes{list-style:none;padding:0;display:grid;gap:10px}
.actions{display:flex;gap:12px;justify-content:flex-end;margin-top:24px}
.row{display:flex;flex-wrap:wrap;gap:8px}.row button{font-size:14px;padding:6px 12px;border-radius:8px}
.told{border-left:3px solid var(--accent);padding-left:12px}
.mailbox{border-top:1px solid var(--line);padding:14px 0;display:grid;gap:8px}.mailbox p{margin:0;font-size:14px}
.scroll{overflow-x:auto}table{width:100%;border-collapse:collapse;font-size:14px}
td,th{text-align:left;padding:6px 8px;border-bottom:1px solid var(--line)}td{font-variant-numeric:tabular-nums}
th,td:last-child{white-space:nowrap}
@media(max-width:520px){main{margin:0;min-height:100vh;border:0;border-radius:0;padding:24px 20px}
.actions button{flex:1}}
"""


def document(title: str, body: str, *, wide: bool = False) -> str:
    """A whole page; `body` is trusted HTML."""
    width = ' style="--wide:960px"' if wide else ""
    return (
        f'<!doctype html><html lang="en"{width}><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>"
    )
