"""Tests of EasyCRM."""

import pytest

# What these assert says how it differs, as in a test.
pytest.register_assert_rewrite("tests.excluded", "tests.connected")
