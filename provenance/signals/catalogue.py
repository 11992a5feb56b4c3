"""The signals of a run, listed one by one: what is not here is not measured."""

from collections.abc import Mapping, Sequence

from provenance.models import Model
from provenance.schema import Column
from provenance.signals.ai_disclosure import AiDisclosure
from provenance.signals.base import Signal
from provenance.signals.calques import Calques
from provenance.signals.conventions import Conventions
from provenance.signals.length import Length
from provenance.signals.loops import Loops
from provenance.signals.markup import TranslationMarkup
from provenance.signals.options import SignalOptions
from provenance.signals.phrases import ChatPhrases
from provenance.signals.prose import Prose
from provenance.signals.repetition import Repetition
from provenance.signals.residue import Residue
from provenance.signals.text_models import TextModels, TextPaths
from provenance.signals.unicode import UnicodeTricks


def load_signals(models: Sequence[Model], options: SignalOptions | None = None) -> tuple[Signal, ...]:
    """Every signal, with the models it needs; the order is that of the columns."""
    return (
        TextModels(_find_languages(models)),
        ChatPhrases(),
        Calques(extra=(options or SignalOptions()).calque_lexicons),
        TranslationMarkup(),
        AiDisclosure(),
        UnicodeTricks(),
        Repetition(),
        Length(),
        Prose(),
        Residue(),
        Conventions(),
        Loops(),
    )


def signal_columns(signals: Sequence[Signal]) -> Mapping[str, Column]:
    """All columns the signals declare, in order."""
    return {name: column for signal in signals for name, column in signal.columns.items()}


def _find_languages(models: Sequence[Model]) -> tuple[TextPaths, ...]:
    of_text = ("vocabulary", "lr_ai", "lr_mt")
    languages = sorted({model.language for model in models if model.kind in of_text and model.language})
    return tuple(TextPaths.find(models, language) for language in languages)
