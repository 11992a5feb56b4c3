"""Whatever lies in place of a text has a documented result."""

import numpy as np
import pytest

from provenance.adapters.loaders.samples import find_texts, refuse_problems
from provenance.adapters.loaders.scored import PROBLEMS
from provenance.errors import SampleError

ODD = [
    ("a text", "a text", ""),
    ("", "", ""),
    (" \n", " \n", ""),
    ("\U0001f600" * 5, "\U0001f600" * 5, ""),
    (None, None, "no text"),
    (float("nan"), None, "no text"),
    (np.float32("nan"), None, "no text"),
    (b"bytes", "bytes", ""),
    ("grün".encode(), "grün", ""),
    (bytearray(b"bytes"), "bytes", ""),
    (b"\xff\xfe\x00", None, "undecodable"),
    (7, None, "not text"),
    (1.5, None, "not text"),
    (["a", "list"], None, "not text"),
    ({"a": "mapping"}, None, "not text"),
    ("x" * 101, "x" * 100, "cut"),
    (b"x" * 101, "x" * 100, "cut"),
]


@pytest.mark.parametrize(("value", "text", "problem"), ODD)
def test_the_result_of_a_sample_is_as_documented(value, text, problem):
    texts, problems = find_texts([value], 100)
    assert (texts, PROBLEMS[problems[0]]) == ([text], problem)


def test_a_string_of_another_library_becomes_a_plain_one():
    texts, _ = find_texts([np.str_("a text")], 100)
    assert type(texts[0]) is str


def test_the_first_problem_is_named_where_the_policy_raises():
    values = ["fine", 3, None]
    _, problems = find_texts(values, 100)
    with pytest.raises(SampleError, match=r"^sample number 1: not text \(int\)"):
        refuse_problems(problems, values, "sample number {}".format)


def test_a_cut_text_is_no_error():
    values = ["x" * 200, "fine"]
    problems = find_texts(values, 100)[1]
    assert [PROBLEMS[problem] for problem in problems] == ["cut", ""]
    refuse_problems(problems, values, str)
