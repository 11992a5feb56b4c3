"""A group, or the part of it in one language, as estimators take it and give it back."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from provenance.stats.cells import Documents, Floats, Integers
from provenance.stats.weighting import find_loss


@dataclass(frozen=True, slots=True)
class Sample:
    """Documents with weights and clusters; `drawn` (draws, clusters) says how often each cluster is drawn."""

    documents: Documents
    unit: Floats  # 1 or words
    host: Integers  # documents of one are alike
    cluster: Integers  # number of each document's cluster
    drawn: Floats
    worth: float  # independent documents that they would be worth, were their sample weights equal
    correlation: float  # of documents of a host

    @property
    def weight(self) -> Floats:
        """What each document weighs: its unit, as often as it stands for documents of the crawl."""
        weight: Floats = self.unit * self.documents.weight
        return weight

    @property
    def n_effective(self) -> float:
        """Independent documents that they are worth."""
        return self.worth * find_loss(self.unit, self.documents.weight, self.host, self.correlation)

    def take(self, index: npt.NDArray[np.intp]) -> "Sample":
        """Some of the documents, in the same clusters and draws."""
        unit = self.unit[index]
        part = self.worth * float(unit.sum() / self.unit.sum())
        chosen = (self.documents.take(index), unit, self.host[index], self.cluster[index])
        return Sample(*chosen, self.drawn, part, self.correlation)

    def count(self, place: Integers, n_places: int) -> Floats:
        """Weight of each cluster's documents by place, (clusters, places)."""
        n_clusters = self.drawn.shape[1]
        flat = np.bincount(self.cluster * n_places + place, self.weight, n_clusters * n_places)
        return flat.reshape(n_clusters, n_places).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Part:
    """Prevalences of the synthetic classes: `point` (1, classes), `draws` (draws, classes), and what they weigh.

    Classes are one for one axis; for both axes AI-generated only, machine-translated only, and both.
    """

    method: str
    point: Floats
    draws: Floats
    total: Floats  # (1,)
    drawn_total: Floats  # (draws,)
    anchored: bool = False  # its human side is a reference
