"""What names of arguments say, and which characters are hidden, as the engine has it."""

import pytest
from callgate._native import HIDDEN_CHARACTERS, key_classes


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("repoPath", ("path",)),
        ("imageURLs", ("domain",)),
        ("cmd", ("command",)),
        ("argv", ("args",)),
        ("envVars", ("env",)),
        ("shell", ("shell",)),
        ("source", ("source",)),
        ("environment_name", ()),
        ("title", ()),
        ("", ()),
    ],
)
def test_a_name_says_what_it_is_for(name: str, classes: tuple[str, ...]) -> None:
    assert key_classes(name) == classes


def test_hidden_characters_are_told_in_order() -> None:
    flat = [code for pair in HIDDEN_CHARACTERS for code in pair]
    assert flat == sorted(flat)
    for hidden in "\x07\x9f\u200b\u202e\ufeff\U000e0001":
        assert any(first <= ord(hidden) <= last for first, last in HIDDEN_CHARACTERS)
    for shown in "a~\xa0\u00e4\u4e2d":
        assert not any(first <= ord(shown) <= last for first, last in HIDDEN_CHARACTERS)
