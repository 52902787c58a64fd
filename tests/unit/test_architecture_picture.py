"""The picture in the documents is that of the code."""

from tests.architecture_picture import PICTURE, picture


def test_the_picture_of_the_architecture_is_up_to_date() -> None:
    assert PICTURE.read_text() == picture(), "run python -m tests.architecture_picture"
