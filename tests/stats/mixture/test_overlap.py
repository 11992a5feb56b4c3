import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.stats.mixture import find_overlap

# Two values per axis: a flag that 90 % of synthetic and 5 % of human documents carry.
CELLS = np.array([[0.1 / 0.95, 0.1 / 0.95], [0.1 / 0.95, 18.0], [18.0, 0.1 / 0.95], [18.0, 18.0]])


def expect(ai: float, mt: float, both: float) -> np.ndarray:
    """Share of documents in each cell under independence within the four classes."""
    flag = {True: np.array([0.1, 0.9]), False: np.array([0.95, 0.05])}
    parts = {(False, False): 1 - ai - mt + both, (True, False): ai - both, (False, True): mt - both, (True, True): both}
    return sum(share * np.outer(flag[a], flag[m]).ravel() for (a, m), share in parts.items())[None]


@pytest.mark.parametrize("both", [0.0, 0.02, 0.1])
def test_a_known_overlap_is_found(both):
    found = find_overlap(expect(0.2, 0.1, both), CELLS, np.array([[0.2, 0.1]]))
    assert found[0] == pytest.approx(both, abs=1e-6)


def test_what_exceeds_the_whole_must_overlap():
    assert find_overlap(expect(0.8, 0.6, 0.4), CELLS, np.array([[0.8, 0.6]]))[0] == pytest.approx(0.4, abs=1e-6)


def test_nothing_overlaps_with_nothing():
    assert find_overlap(expect(0.2, 0.0, 0.0), CELLS, np.array([[0.2, 0.0]]))[0] == 0.0


@given(st.floats(0, 1), st.floats(0, 1), st.lists(st.floats(0, 100), min_size=4, max_size=4))
def test_an_overlap_is_within_what_is_possible(ai, mt, weights):
    found = find_overlap(np.array([weights]), CELLS, np.array([[ai, mt]]))[0]
    assert max(0.0, ai + mt - 1) - 1e-9 <= found <= max(min(ai, mt), ai + mt - 1) + 1e-9
