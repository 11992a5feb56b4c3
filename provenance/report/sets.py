"""What readers call the data sets and kinds of text that errors were counted on, by their names in the calibration."""

SETS = {
    "authenticheck_asap": "school essays",
    "biscope": "essays, reviews, stories",
    "biscope_paraphrased_ai": "stories and others, rewritten",
    "faid": "abstracts and essays",
    "gptid_reddit": "answers on Reddit",
    "htvsmt_deen_to2016": "news put into English",
    "own": "made for this project",
}
KINDS = {"howto": "how-to", "qa": "questions, answers", "review": "reviews", "other": "other text", "web": "web pages"}


def name_set(group: str) -> str:
    """A data set or a kind of text as people read it; of one not in the tables, its name."""
    return SETS.get(group) or KINDS.get(group, group)


def cite_set(group: str) -> str:
    """The same, with the name of a data set's file in brackets."""
    return f"{SETS[group]} ({group})" if group in SETS else name_set(group)
