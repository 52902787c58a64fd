"""The document of a message's frame: its quotation folded, its colours readable by night, its own pictures in place."""

from easycrm.mail import frame_page, sanitise


def test_a_quotation_is_folded_without_a_script() -> None:
    shown = frame_page.document('<p>Yes</p><div class="gmail_quote">On Monday Ada wrote: old</div>', images=False)
    assert '<details class="quoted"><summary>' in shown
    assert shown.index("Yes") < shown.index("<details") < shown.index("old")


def test_black_on_white_follows_the_readers_night_and_other_colours_get_white_paper() -> None:
    plain = frame_page.document('<p style="color:black;margin:0">a</p><font color="#000000">b</font>', images=False)
    coloured = frame_page.document('<p style="color:black">a</p><p style="color:#c00">b</p>', images=False)
    assert 'class="paper"' not in plain
    assert "black" not in plain
    assert "margin:0" in plain
    assert '<html class="paper">' in coloured
    assert "color:black" in coloured


def test_a_plain_text_gets_links_and_a_fold() -> None:
    shown = frame_page.plain_document("See https://example.com\n\n> old")
    assert 'href="https://example.com" target="_blank" rel="noopener noreferrer"' in shown
    assert '<details class="quoted">' in shown


def test_a_note_stands_above_and_is_escaped() -> None:
    assert '<p class="note">a &lt;b&gt;</p>' in frame_page.document("<p>x</p>", images=False, note="a <b>")


def test_the_messages_own_pictures_stand_where_they_belong() -> None:
    html = '<img src="cid:One%40example.com"><img src=\'CID:two@example.com\'><img src="cid:three">'
    assert sanitise.content_ids(html) == {"one@example.com", "two@example.com", "three"}
    found = {"one@example.com": "data:image/png;base64,AAAA", "two@example.com": "data:image/gif;base64,BBBB"}
    shown = sanitise.fragment(html, images=False, pictures=found)
    assert shown.count("data:image") == 2
    assert "cid:" not in shown.lower()


def test_a_class_of_the_sender_is_dropped() -> None:
    assert "class" not in sanitise.fragment('<p class="quoted">x</p><details class="x">y</details>', images=False)


def test_threat_42_markup_too_deep_to_be_parsed_is_shown_as_text() -> None:
    assert "words" in sanitise.fragment("<div>" * 50_000 + "words<script>a()</script>", images=False)
