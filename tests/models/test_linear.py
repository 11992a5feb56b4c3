"""Linear models: what they score, what quantisation costs, and that a file gives back the model it was made of."""

from pathlib import Path

import numpy as np
import pytest

from provenance.errors import ConfigError
from provenance.models.linear import LinearModel

RANDOM = np.random.default_rng(11)


def make_model(n_classes: int = 3, bits: int = 8) -> LinearModel:
    random = np.random.default_rng(5)
    weights = random.normal(size=(1 << bits, n_classes)) * np.arange(1, n_classes + 1)
    return LinearModel.quantise(tuple("abcdefg"[:n_classes]), weights, random.normal(size=n_classes))


def windows(*buckets: list[int]) -> tuple[np.ndarray, np.ndarray]:
    flat = [bucket for window in buckets for bucket in window]
    return np.array(flat, np.int32), np.concatenate([[0], np.cumsum([len(window) for window in buckets])])


def score(model: LinearModel, *buckets: list[int]) -> np.ndarray:
    return model.score(*windows(*buckets))


SMALL = LinearModel.quantise(("a",), np.array([[1.27], [-0.5], [0.0], [0.1]]), np.array([0.25]))


def test_a_score_is_the_intercept_and_the_weights_by_the_root_of_their_number() -> None:
    assert score(SMALL, [0, 1])[0, 0] == pytest.approx(0.25 + (1.27 - 0.5) / np.sqrt(2))


def test_a_window_without_buckets_scores_the_intercept() -> None:
    assert score(SMALL, [], [0], [], [3], []).ravel() == pytest.approx([0.25, 1.52, 0.25, 0.35, 0.25])


def test_no_windows_have_no_scores() -> None:
    assert score(make_model(3)).shape == (0, 3)


def test_a_windows_score_does_not_depend_on_what_stands_beside_it() -> None:
    model = make_model()
    parts = [sorted(set(RANDOM.integers(0, 256, n).tolist())) for n in (0, 1, 40, 200, 0, 7)]
    together = score(model, *parts)
    assert [row.tolist() for row in together] == [score(model, part)[0].tolist() for part in parts]


def test_large_windows_do_not_overflow() -> None:
    model = LinearModel(("a",), np.full((1 << 20, 1), 127, np.int8), np.ones(1), np.zeros(1))
    assert score(model, list(range(1 << 20)))[0, 0] == pytest.approx(127 * 1024)


def test_quantisation_moves_a_weight_by_half_a_step_at_most() -> None:
    weights = RANDOM.normal(size=(512, 2)) * (1.0, 30.0)
    model = LinearModel.quantise(("a", "b"), weights, np.zeros(2))
    step = np.abs(weights).max(axis=0) / 127
    assert (np.abs(model.weigh(np.arange(512)) - weights) <= step / 2 + 1e-12).all()


def test_quantisation_hardly_moves_a_score() -> None:
    weights = RANDOM.normal(size=(4096, 1))
    model = LinearModel.quantise(("a",), weights, np.zeros(1))
    parts = [RANDOM.choice(4096, 400, replace=False).tolist() for _ in range(200)]
    exact = np.array([weights[part].sum() / np.sqrt(len(part)) for part in parts])
    assert np.abs(score(model, *parts)[:, 0] - exact).max() < 0.05 * exact.std()


def test_weights_of_zero_stay_zero() -> None:
    model = LinearModel.quantise(("a",), np.zeros((4, 1)), np.zeros(1))
    assert score(model, [0, 1, 2, 3]).tolist() == [[0.0]]


@pytest.mark.parametrize("bits", [0, 1, 15, 20])
def test_bits_are_those_the_buckets_need(bits: int) -> None:
    assert LinearModel(("a",), np.zeros((1 << bits, 1), np.int8), np.ones(1), np.zeros(1)).bits == bits


def test_saving_then_loading_is_identity(tmp_path: Path) -> None:
    model = make_model()
    model.save(tmp_path / "m.npz")
    loaded = LinearModel.load(tmp_path / "m.npz")
    assert loaded.classes == model.classes
    for name in ("weights", "scales", "intercepts"):
        saved, found = getattr(model, name), getattr(loaded, name)
        assert (found.dtype, found.tolist()) == (saved.dtype, saved.tolist())


def test_a_model_is_saved_under_the_name_it_was_given(tmp_path: Path) -> None:
    make_model().save(tmp_path / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("first", "again"):
        make_model().save(tmp_path / name)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "again").read_bytes()


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "m.npz"
    make_model(bits=5).save(path)
    return path


def test_a_file_cut_short_anywhere_is_a_config_error(saved: Path) -> None:
    whole = saved.read_bytes()
    for length in range(0, len(whole), 7):
        saved.write_bytes(whole[:length])
        with pytest.raises(ConfigError, match=r"m\.npz: not a linear model"):
            LinearModel.load(saved)


def test_a_damaged_file_is_a_config_error_or_the_same_numbers(saved: Path) -> None:
    whole, model = saved.read_bytes(), LinearModel.load(saved)
    for place in range(0, len(whole), 3):
        saved.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            loaded = LinearModel.load(saved)
        except ConfigError:
            continue
        assert loaded.weights.tolist() == model.weights.tolist()


@pytest.mark.parametrize("shape", [(4,), (5, 2), (4, 3), (0, 2)])
def test_weights_of_another_shape_are_a_config_error(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = tmp_path / "m.npz"
    np.savez(path, classes=["a", "b"], weights=np.zeros(shape, np.int8), scales=np.ones(2), intercepts=np.zeros(2))
    with pytest.raises(ConfigError, match="the weights have the shape"):
        LinearModel.load(path)


def test_a_single_array_is_a_config_error(tmp_path: Path) -> None:
    with (tmp_path / "m.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(ConfigError, match="not a linear model"):
        LinearModel.load(tmp_path / "m.npz")


def test_pickled_objects_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    np.savez(path, classes=np.array([{}], object), weights=np.zeros((4, 1), np.int8), scales=[1.0], intercepts=[0.0])
    with pytest.raises(ConfigError, match="allow_pickle"):
        LinearModel.load(path)


def test_a_missing_file_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not a linear model"):
        LinearModel.load(tmp_path / "m.npz")
