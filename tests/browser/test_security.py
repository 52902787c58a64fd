"""Attacks on the pages themselves, against the product as built."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, WebSocket, expect

from tests.browser.conftest import Person, add_session, watch
from tests.browser.consent_screen import connect, provider_region, save
from tests.product import Product

ROUTES = ["/", "/sign-in", "/setup", "/mailbox", "/settings/email", "/settings/email/callback/google", "/nowhere"]
SECRET = "canary-secret-that-nobody-may-read-back"
Make = Callable[..., str]


@pytest.mark.parametrize("route", [*ROUTES, "/admin/providers"])
def test_every_page_works_under_its_content_security_policy(product: Product, admin: Person, route: str) -> None:
    answer = admin.page.goto(product.url + route)

    assert answer is not None
    headers = answer.headers
    assert "'unsafe-inline'" not in headers["content-security-policy"].split("style-src")[0]
    assert "'unsafe-eval'" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    expected = "no-referrer" if "callback" in route else "same-origin"
    assert headers["referrer-policy"] == expected
    admin.page.wait_for_load_state("networkidle")


def test_threat_21_the_client_secret_is_never_read_back(product: Product, admin: Person) -> None:
    frames: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(str(frame)))

    admin.page.on("websocket", listen)
    admin.page.goto(product.url + "/admin/providers")
    region = provider_region(admin.page, "Google Workspace")
    region.get_by_label("Client secret").fill(SECRET)
    save(admin.page, region)
    told = len(frames)
    admin.page.reload()
    expect(region.get_by_label("Client ID")).not_to_have_value("")
    expect(region.get_by_label("Client secret")).to_have_value("")
    try:
        assert len(frames) > told > 0
        assert not [frame for frame in frames if SECRET in frame]
        assert SECRET not in admin.page.content()
        assert SECRET not in product.log()
        assert SECRET not in str(product.rows("SELECT * FROM provider_setup"))
    finally:
        region.get_by_label("Client secret").fill("demo-google-secret")
        save(admin.page, region)


@pytest.mark.parametrize("path", ["/auth/sign-in", "/auth/sign-out", "/auth/setup", "/_upload"])
@pytest.mark.parametrize("origin", ["https://evil.example.org", "null", "http://localhost:1"])
def test_threat_24_a_post_from_a_foreign_origin_is_refused(product: Product, path: str, origin: str) -> None:
    answer = product.post(path, data={"email": "a"}, headers={"Origin": origin})

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.example.org", "null", None])
def test_threat_24_a_websocket_from_a_foreign_origin_is_refused(product: Product, origin: str | None) -> None:
    headers = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    if origin:
        headers["Origin"] = origin

    refused = product.get("/_event/?EIO=4&transport=websocket", headers=headers)

    assert refused.status_code == 403


def session_of(person: Person, product: Product) -> str:
    """The value of a signed-in person's cookie."""
    return next(cookie["value"] for cookie in person.context.cookies() if cookie["name"] == product.cookie_name)


def test_threat_24_signing_in_renews_the_session(product: Product, member: Person) -> None:
    planted = session_of(member, product)

    form = {"email": member.email, "password": member.password}
    answer = product.post(
        "/auth/sign-in", data=form, headers={"Origin": product.url}, cookies={product.cookie_name: planted}
    )

    assert answer.cookies[product.cookie_name] != planted
    member.page.goto(product.url + "/mailbox")
    expect(member.page).to_have_url(re.compile("/sign-in"))


def test_threat_24_the_next_user_in_the_same_tab_sees_nothing_of_the_previous_one(
    product: Product, make_person: Callable[..., Person], make_mailbox: Make, browser: Browser
) -> None:
    first, second, address = make_person(), make_person(), make_mailbox("Google Workspace")
    context = browser.new_context()
    errors: list[str] = []
    page = context.new_page()
    watch(page, errors)
    # As in a browser that ignores Clear-Site-Data: the tab keeps its token, only the cookie is another.
    add_session(context, product, product.sign_in(first.email, first.password))
    connect(page, product, "Google Workspace", address)
    token = page.evaluate("sessionStorage.getItem('token')")
    add_session(context, product, product.sign_in(second.email, second.password))
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))

    page.goto(product.url + "/settings/email")

    expect(page.get_by_role("button", name="Connect Account").first).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('token')") == token
    expect(page.get_by_text(address)).to_have_count(0)
    assert address not in page.content()
    page.goto(product.url + "/mailbox")
    expect(page.get_by_text(re.compile("Connect"))).not_to_have_count(0)
    assert frames
    assert not [frame for frame in frames if address in frame]
    context.close()
    assert errors == []


def test_threat_24_two_sessions_with_the_token_of_one_tab_never_meet(
    product: Product, make_person: Callable[..., Person], make_mailbox: Make
) -> None:
    first, second, address = make_person(), make_person(), make_mailbox("Google Workspace")
    connect(first.page, product, "Google Workspace", address)
    token = first.page.evaluate("sessionStorage.getItem('token')")
    second.context.add_init_script(f"sessionStorage.token = '{token}'")
    frames: list[str] = []
    second.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))

    second.page.goto(product.url + "/settings/email")
    expect(second.page.get_by_role("button", name="Connect Account").first).to_be_visible()
    product.simulator.post("deliver", email=address, subject="For the first one")
    provider_region(first.page, "Google Workspace").get_by_role("button", name="Sync now").click()
    expect(first.page.get_by_text("Looking for new email")).to_be_visible()

    # Had they met, Reflex would have taken the second tab for a copy of the first and given it another token.
    assert second.page.evaluate("sessionStorage.getItem('token')") == token
    assert not [frame for frame in frames if address in frame or "new_token" in frame]


def test_another_host_name_is_redirected_before_sign_in(product: Product) -> None:
    other = product.url.replace("localhost", "127.0.0.1")

    answer = product.get(other + "/sign-in")

    assert answer.status_code == 308
    assert answer.headers["location"] == product.url + "/sign-in"


def test_signing_out_ends_the_session_on_the_server(product: Product, member: Person) -> None:
    cookie = session_of(member, product)
    answer = product.post("/auth/sign-out", headers={"Origin": product.url}, cookies={product.cookie_name: cookie})
    assert answer.headers["clear-site-data"] == '"storage"'

    member.page.goto(product.url + "/mailbox")

    expect(member.page).to_have_url(re.compile("/sign-in"))


def test_the_reading_frame_runs_nothing_and_fetches_nothing(
    product: Product, member: Person, make_mailbox: Make
) -> None:
    page, address = member.page, make_mailbox("Google Workspace")
    html = (
        "<p>Visible words</p><script>top.fired=1</script><img src=x onerror='top.fired=1'>"
        "<img src='https://track.example.org/open.gif'><link rel=prefetch href='https://track.example.org/p'>"
        "<div style=\"background:url('https://track.example.org/css')\">styled</div>"
        "<a href='/admin/providers'>relative</a><a href='https://www.example.org/ok'>absolute</a>"
        "<form action='https://evil.example.org'><input name=password></form><svg onload='top.fired=1'></svg>"
    )
    product.simulator.post("deliver", email=address, subject="Hostile", text="plain", html=html)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    connect(page, product, "Google Workspace", address)
    page.goto(product.url + "/mailbox")
    page.get_by_text("Hostile").first.click()

    frame = page.frame_locator("iframe").first
    expect(frame.get_by_text("Visible words")).to_be_visible()
    expect(frame.locator("a")).to_have_text(["relative", "absolute"])
    assert frame.get_by_text("relative").get_attribute("href") is None
    assert frame.get_by_text("absolute").get_attribute("rel") == "noopener noreferrer"
    assert frame.locator("form, input, script, link, svg").count() == 0
    assert page.evaluate("window.fired") is None
    assert not [url for url in asked if "example.org" in url]
