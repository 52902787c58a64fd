"""Everything by which mail calls home, in Chromium: no request before the person asks, and only for images after."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.frames import Frames, serving

ENOUGH = 30
HOME = "http://127.0.0.1:9/home"
TRACKING = (
    '<img src="{0}">', "<img src={0}>", '<IMG SRC=" {0}">', '<img src="//127.0.0.1:9/home">',
    '<img srcset="{0} 2x">', '<picture><source srcset="{0}"><img></picture>', '<input type="image" src="{0}">',
    '<video src="{0}" poster="{0}"></video>', '<audio src="{0}"></audio>', '<video><source src="{0}"></video>',
    '<video><track src="{0}" default kind="subtitles"></video>', '<embed src="{0}">', '<object data="{0}"></object>',
    '<iframe src="{0}"></iframe>', '<frameset><frame src="{0}"></frameset>', '<body background="{0}">x',
    '<table background="{0}"><tr><td background="{0}">x</td></tr></table>', '<link rel="stylesheet" href="{0}">',
    '<link rel="prefetch" href="{0}">', '<link rel="preload" as="image" href="{0}">',
    '<link rel="modulepreload" href="{0}">', '<link rel="icon" href="{0}">', '<link rel="manifest" href="{0}">',
    '<meta http-equiv="refresh" content="0;url={0}">', '<base href="http://127.0.0.1:9/"><img src="home">',
    '<style>@import "{0}";</style>', "<style>p{background:url({0})}</style><p>x</p>",
    '<style>@font-face{font-family:f;src:url("{0}")}p{font-family:f}</style><p>x</p>',
    '<style>p::before{content:url("{0}")}</style><p>x</p>', '<div style="background:url({0})">x</div>',
    "<div style=\"background-image:url('{0}')\">x</div>", '<div style="background:\\75rl({0})">x</div>',
    "<div style=\"background-image:image-set('{0}' 1x)\">x</div>",
    "<div style=\"background-image:-webkit-image-set(url('{0}') 1x)\">x</div>",
    '<ul><li style="list-style-image:url({0})">x</li></ul>', '<div style="content:url({0})">x</div>',
    '<div style="border-image:url({0}) 3;border:3px solid">x</div>', '<div style="cursor:url({0}),auto">x</div>',
    '<div style="mask-image:url({0});-webkit-mask-image:url({0})">x</div>', '<div style="filter:url({0}#f)">x</div>',
    '<div style="shape-outside:url({0});float:left">x</div>', '<div style="clip-path:url({0}#c)">x</div>',
    '<div style="--a:url({0});background:var(--a)">x</div>', '<div style="background:/**/url({0})">x</div>',
    '<svg><image href="{0}"/></svg>', '<svg><image xlink:href="{0}"/></svg>', '<svg><use href="{0}#a"/></svg>',
    '<svg><style>@import "{0}";</style></svg>', '<svg><feImage href="{0}"/></svg>',
    '<svg width="9" height="9"><rect width="9" height="9" fill="url({0}#a)"/></svg>',
    '<math><mglyph src="{0}"/></math>', '<script src="{0}"></script>',
    '<a href="http://127.0.0.1:9/x" ping="{0}">x</a>',
    '<form action="{0}"><button autofocus>x</button></form>', '<img lowsrc="{0}" dynsrc="{0}">',
    '<img src="data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22><image href=%22{0}%22/></svg>">',
    '<noscript><img src="{0}"></noscript>', '<template><img src="{0}"></template>',
    '<!--[if mso]><img src="{0}"><![endif]-->',
    '<plaintext><img src="{0}">', '<details open ontoggle="new Image().src=`{0}`"><summary>x</summary></details>',
    '<img src="/healthz">', '<img src="../../auth/sign-out">', '<img src="healthz?from=mail">',
    '<link rel="stylesheet" href="/theme/tokens.css">', '<div style="background:url(/favicon.svg)">x</div>',
)  # fmt: skip


def called_home(frames: Frames) -> set[str]:
    """The addresses that the raw documents ask for; one may take the page away before the others had time."""
    called: set[str] = set()
    for _ in range(3):
        called |= {url for url in frames.show("raw").asked if url.startswith(HOME)}
        if len(called) > ENOUGH:
            break
    return called


def test_threat_27_no_mail_calls_home_before_the_person_asks(browser: Browser, tmp_path: Path) -> None:
    raw = [one.replace("{0}", f"{HOME}/{number}") for number, one in enumerate(TRACKING, 1)]
    with serving(browser, [{"html": one} for one in raw], raw, tmp_path) as frames:
        called = called_home(frames)
        clean, framed = frames.show("clean"), frames.show("frame")
        shown = frames.show("frame", images=1)

    print(
        f"{len(TRACKING)} ways home. Raw: {len(called)} addresses asked. Cleaned: {clean.asked}. Frame: {framed.asked}."
    )
    assert len(called) > ENOUGH
    assert (clean.asked, framed.asked) == ([], [])
    assert (clean.ran, framed.ran, shown.ran) == (set(), set(), set())
    # Once asked for, images come from where the mail says, and nothing else does; EasyCRM itself is never asked.
    assert {f"{HOME}/{number}" for number in (1, 2, 3)} <= set(shown.asked)
    assert len(set(shown.asked)) <= 6
    assert not [url for url in shown.asked if url.startswith(frames.url)]
