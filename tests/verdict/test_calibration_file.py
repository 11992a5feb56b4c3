import dataclasses

import pytest

from provenance.errors import ConfigError
from provenance.verdict import Calibration


def test_a_written_calibration_reads_back_equal(calibration, tmp_path):
    path = tmp_path / "calibration.json"
    path.write_text(calibration.dumps(), encoding="utf-8")
    assert Calibration.load(path) == calibration


def test_a_loaded_calibration_cannot_be_changed(calibration):
    with pytest.raises(dataclasses.FrozenInstanceError):
        calibration.lead = 0.0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not valid JSON"),
        ('{"format": 99}', "format 1"),
        ("[]", "format 1"),
        ('{"format": 1, "led": 2.0}', "did you mean 'lead'"),
        ('{"format": 1, "lead": "far"}', "float is expected"),
    ],
)
def test_a_file_that_is_no_calibration_is_told(tmp_path, content, said):
    path = tmp_path / "calibration.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        Calibration.load(path)


def test_a_missing_calibration_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"absent\.json"):
        Calibration.load(tmp_path / "absent.json")


def test_models_it_was_not_fitted_on_are_refused(calibration):
    fitted = dataclasses.replace(calibration, models={"lm_ai.en": "1234"})
    fitted.check_models({"lm_ai.en": "1234"})
    with pytest.raises(ConfigError, match=r"lm_ai\.en"):
        fitted.check_models({"lm_ai.en": "9999"})
