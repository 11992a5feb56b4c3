"""All that an estimate stands on besides the scored documents: error rates, and the tables of mixtures."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from provenance.stats.bootstrap import assign_clusters
from provenance.stats.cells import AXES, Documents
from provenance.stats.mixture import MixtureTable, list_human, list_reference, list_synthetic, make_table
from provenance.stats.options import StatsOptions
from provenance.stats.rates import ErrorRates
from provenance.stats.references import ReferenceScores
from provenance.stats.strata import Strata, describe_strata

Tables = Mapping[tuple[int, int], MixtureTable | None]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Error rates by axis and stratum; tables by axis and number of the language.

    A table that is there and null says that the known origins overlap too much; one that is absent, that none is known.
    """

    strata: Strata
    tables: Tables
    anchored: frozenset[tuple[int, int]]  # keys of the tables whose human side is a reference

    def refuses(self, axes: tuple[int, ...], language: int) -> bool:
        """True where origins are known and cannot be told apart."""
        keys = [(k, language) for k in axes]
        return all(key in self.tables for key in keys) and any(self.tables[key] is None for key in keys)


def list_languages(scores: ReferenceScores | None) -> tuple[str, ...]:
    """The languages that reference scores know, in order; documents are numbered by them."""
    return () if scores is None else tuple(scores.frame["language"].drop_nulls().unique().sort())


def gather_knowledge(
    errors: ErrorRates, scores: ReferenceScores | None, reference: Documents | None, options: StatsOptions
) -> Knowledge:
    """What is known, the documents of the reference in the place of known human scores where there are enough."""
    rng = np.random.default_rng(options.seed)
    strata = describe_strata(errors, reference, options, rng)
    tables: dict[tuple[int, int], MixtureTable | None] = {}
    anchored: dict[tuple[int, int], MixtureTable | None] = {}
    if scores is not None and options.method == "mixture":
        languages = list_languages(scores)
        anchored = _anchored_tables(scores, languages, reference, options, rng)
        tables = _free_tables(scores, languages) | anchored
    return Knowledge(strata, tables, frozenset(anchored))


def _free_tables(scores: ReferenceScores, languages: Sequence[str]) -> dict[tuple[int, int], MixtureTable | None]:
    found = {}
    for number, language in enumerate(languages):
        for k in range(len(AXES)):
            if _is_known(scores, k, language):
                found[k, number] = _free_table(scores, k, language)
    return found


def _anchored_tables(
    scores: ReferenceScores,
    languages: Sequence[str],
    reference: Documents | None,
    options: StatsOptions,
    rng: np.random.Generator,
) -> dict[tuple[int, int], MixtureTable | None]:
    found: dict[tuple[int, int], MixtureTable | None] = {}
    for number, language in enumerate(languages if reference is not None else ()):
        for k in range(len(AXES)):
            assert reference is not None
            human = reference.take(np.flatnonzero(reference.measured[:, k] & (reference.language == number)))
            if len(human.row) >= options.min_documents and _is_known(scores, k, language):
                cluster = assign_clusters(human, options.max_clusters, rng)
                few = int(cluster.max()) + 1 < options.min_hosts
                densities = list_reference(human.nats[:, k], cluster, scores, k, language, rng, few=few)
                found[k, number] = make_table(densities, list_synthetic(scores, k, language), k)
    return found


def _is_known(scores: ReferenceScores, axis: int, language: str) -> bool:
    """Whether both origins of the axis have a candidate."""
    return all(len(made(scores, axis, language).mass) > 0 for made in (list_human, list_synthetic))


@functools.lru_cache(maxsize=4)  # a table has some 60 MB
def _free_table(scores: ReferenceScores, axis: int, language: str) -> MixtureTable | None:
    return make_table(list_human(scores, axis, language), list_synthetic(scores, axis, language), axis)
