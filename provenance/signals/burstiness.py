"""Burstiness: how much a log-likelihood ratio varies from sentence to sentence of one document.

People mix plain and odd sentences, a model writes all in one way (Gehrmann et al. 2019, GLTR, arXiv:1906.04043;
the deviation over sentences as in GPTZero's public account of 2023). Alone it is a weak sign: see docs/detection.md.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def deviation_over_sentences(
    ratios: Floats, n_tokens: Floats, document: npt.NDArray[np.int64], n_documents: int, *, min_sentences: int
) -> Floats:
    """Standard deviation over each document's sentences of the ratio per token; NaN below `min_sentences`.

    `ratios` and `n_tokens` have an entry for each sentence, `document` its row number. Sentences under three tokens
    are left out: their ratio is noise.
    """
    use = n_tokens >= 3
    per_token, row = ratios[use] / n_tokens[use], document[use]
    count = np.bincount(row, minlength=n_documents).astype(np.float64)
    enough = count >= max(min_sentences, 1)
    divisor = np.where(enough, count, np.nan)
    mean = np.bincount(row, weights=per_token, minlength=n_documents) / divisor
    squares = np.bincount(row, weights=(per_token - mean[row]) ** 2, minlength=n_documents)
    deviation: Floats = np.sqrt(squares / divisor)
    return deviation
