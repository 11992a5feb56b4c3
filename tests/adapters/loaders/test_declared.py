"""Sources that are synthetic on purpose."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.adapters.loaders.declared import Declared, DeclaredSource
from provenance.errors import ConfigError

GOOD = """
column = "origin_name"
[[sources]]
name = "textbooks"
teacher = "a large model"
why = "distilled"
cap = 0.25
share = 0.5
[[sources]]
name = "pairs"
teacher = "another"
"""


def test_a_manifest_is_read(tmp_path):
    path = tmp_path / "declared.toml"
    path.write_text(GOOD)
    pairs = DeclaredSource("pairs", "another")
    assert Declared.load(path) == Declared(
        (DeclaredSource("textbooks", "a large model", "distilled", 0.25, 0.5), pairs), "origin_name"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("column = 3", "a text `column`"),
        ("sources = []", "tables"),
        ("[[sources]]\nname = 'a'", "name and teacher"),
        ("[[sources]]\nname = 'a'\nteacher = 3", "texts"),
        ("[[sources]]\nname = 'a'\nteacher = 'b'\ncap = 'much'", "cap is a share"),
        ("[[sources]]\nname = 'a'\nteacher = 'b'\ncap = 1.0", "below 1"),
        ("[[sources]]\nname = 'a'\nteacher = 'b'\nshare = -0.1", "share must be"),
        ("[[sources]]\nname = 'a'\nteacher = 'b'\nlimit = 1", "name and teacher"),
        ("[[sources]]\nname = 'a'\nteacher = 'b'\n[[sources]]\nname = 'a'\nteacher = 'c'", "named twice: a"),
        ("no toml", "cannot be read"),
        ("sorces = []\n[[sources]]\nname = 'a'\nteacher = 'b'", "nothing else"),
    ],
)
def test_a_wrong_manifest_is_refused_with_its_reason(tmp_path, content, said):
    path = tmp_path / "declared.toml"
    path.write_text(content)
    with pytest.raises(ConfigError, match=said):
        Declared.load(path)


def test_a_missing_manifest_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"nothing\.toml"):
        Declared.load(tmp_path / "nothing.toml")


def test_sources_are_found_by_name():
    declared = Declared((DeclaredSource("a", "t"), DeclaredSource("b", "t")))
    assert declared.find(["b", None, "c", 3, "a"]).tolist() == [1, -1, -1, -1, 0]


numbers = st.integers(min_value=-1, max_value=2)
caps = st.one_of(st.none(), st.floats(0.0, 0.6))


@given(st.lists(st.tuples(st.floats(0.01, 1.0), numbers), min_size=2, max_size=60), st.tuples(caps, caps, caps))
def test_over_a_whole_corpus_no_source_has_more_than_its_cap(rows, given_caps):
    declared = Declared(tuple(DeclaredSource(str(n), "t", cap=cap) for n, cap in enumerate(given_caps)))
    weights, sources = np.array([row[0] for row in rows]), np.array([row[1] for row in rows], np.int32)
    held = declared.hold(weights, sources)
    for number, cap in enumerate(given_caps):
        mine = sources == number
        assert cap is None or held[mine].sum() <= cap * held.sum() + 1e-9
        within = cap is None or weights[mine].sum() <= cap * held.sum()
        if within:
            np.testing.assert_allclose(held[mine], weights[mine])
    assert np.array_equal(held[sources < 0], weights[sources < 0])
    assert (held <= weights).all()


def test_a_cap_is_used_up():
    declared = Declared((DeclaredSource("a", "t", cap=0.2),))
    held = declared.hold(np.ones(100), np.array([0] * 60 + [-1] * 40, np.int32))
    assert held[:60].sum() / held.sum() == pytest.approx(0.2)


def test_in_a_stream_a_told_share_lowers_every_row_alike_whatever_stands_beside_it():
    declared = Declared((DeclaredSource("a", "t", cap=0.2, share=0.5),))
    alone = declared.hold(np.ones(4), np.zeros(4, np.int32), others=1.0)
    mixed = declared.hold(np.ones(4), np.array([0, -1, -1, -1], np.int32), others=1.0)
    assert alone.tolist() == pytest.approx([0.25] * 4)  # 0.125 of 0.625 is a fifth
    assert mixed.tolist() == pytest.approx([0.25, 1, 1, 1])


def test_what_else_stays_decides_how_much_of_a_told_share_may():
    declared = Declared((DeclaredSource("a", "t", cap=0.2, share=0.5),))
    held = declared.hold(np.ones(1), np.zeros(1, np.int32), others=0.4)
    assert 0.5 * held[0] / (0.5 * held[0] + 0.5 * 0.4) == pytest.approx(0.2)


def test_over_a_whole_corpus_what_is_counted_goes_before_a_told_share():
    declared = Declared((DeclaredSource("a", "t", cap=0.2, share=0.5),))
    held = declared.hold(np.ones(10), np.array([0] + [-1] * 9, np.int32))
    assert held.tolist() == [1.0] * 10  # a tenth, whatever the manifest says


def test_one_row_alone_is_not_capped_where_no_share_is_told():
    declared = Declared((DeclaredSource("a", "t", cap=0.2),))
    assert declared.hold(np.ones(1), np.zeros(1, np.int32), others=1.0).tolist() == [1.0]


def test_sources_given_as_a_list_are_those_of_a_tuple():
    source = DeclaredSource("textbooks", "a model", cap=0.5)
    declared = Declared([source])
    assert declared == Declared((source,))
    assert hash(declared) == hash(Declared((source,)))  # policies that have it are looked up by it
