"""A group, or the part of it in one language, as estimators take it and give it back."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from provenance.stats.cells import Documents, Floats, Integers


@dataclass(frozen=True, slots=True)
class Sample:
    """Documents with weights and clusters; `drawn` (draws, clusters) says how often each cluster is drawn."""

    documents: Documents
    weight: Floats  # 1 or words
    cluster: Integers  # number of each document's cluster
    drawn: Floats
    n_effective: float  # independent documents that they are worth

    def take(self, index: npt.NDArray[np.intp]) -> "Sample":
        """Some of the documents, in the same clusters and draws."""
        part = self.n_effective * float(self.weight[index].sum() / self.weight.sum())
        return Sample(self.documents.take(index), self.weight[index], self.cluster[index], self.drawn, part)

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
