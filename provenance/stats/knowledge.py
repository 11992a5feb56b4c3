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
from provenance.stats.weighting import count_worth, count_worth_of_clusters

Tables = Mapping[tuple[int, int], MixtureTable | None]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Error rates by axis and stratum; tables by axis and number of the language.

    A table that is there and null says that the known origins overlap too much; one that is absent, that none is known.
    """

    strata: Strata
    anchored: Tables  # those whose human side is a reference
    scores: ReferenceScores | None = None  # null where mixtures are not asked for

    def knows(self, axes: tuple[int, ...], language: int) -> bool:
        """Whether both origins of all axes have a candidate in the language with that number."""
        if self.scores is None or language < 0:
            return False
        name = list_languages(self.scores)[language]
        return all(_is_known(self.scores, k, name) for k in axes)

    def find_tables(self, axes: tuple[int, ...], language: int) -> list[MixtureTable] | None:
        """A table for each axis of a language that it knows, made when first asked for; null where one is refused."""
        assert self.scores is not None
        name = list_languages(self.scores)[language]
        keys = [(k, language) for k in axes]
        found = [self.anchored[key] if key in self.anchored else _free_table(self.scores, key[0], name) for key in keys]
        told = [table for table in found if table is not None]
        return told if len(told) == len(found) else None


def list_languages(scores: ReferenceScores | None) -> tuple[str, ...]:
    """The languages that reference scores know, in order; documents are numbered by them."""
    return () if scores is None else tuple(scores.frame["language"].drop_nulls().unique().sort())


def gather_knowledge(
    errors: ErrorRates, scores: ReferenceScores | None, reference: Documents | None, options: StatsOptions
) -> Knowledge:
    """What is known, the documents of the reference in the place of known human scores where there are enough."""
    rng = np.random.default_rng(options.seed)
    strata = describe_strata(errors, reference, options, rng)
    if scores is None or options.method != "mixture":
        return Knowledge(strata, {})
    return Knowledge(strata, _anchored_tables(scores, list_languages(scores), reference, options, rng), scores)


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
            if count_worth(human.weight) >= options.min_documents and _is_known(scores, k, language):
                cluster = assign_clusters(human, options.max_clusters, rng)
                few = count_worth_of_clusters(np.ones(len(cluster)), human.weight, cluster) < options.min_hosts
                densities = list_reference(
                    human.nats[:, k], cluster, scores, k, language, rng, few=few, weights=human.weight
                )
                found[k, number] = make_table(densities, list_synthetic(scores, k, language), k)
    return found


def _is_known(scores: ReferenceScores, axis: int, language: str) -> bool:
    """Whether both origins of the axis have a candidate."""
    return all(len(made(scores, axis, language).mass) > 0 for made in (list_human, list_synthetic))


@functools.lru_cache(maxsize=4)  # a table has some 60 MB
def _free_table(scores: ReferenceScores, axis: int, language: str) -> MixtureTable | None:
    return make_table(list_human(scores, axis, language), list_synthetic(scores, axis, language), axis)
