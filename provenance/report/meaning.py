"""What the page says in words: reasons, kinds of evidence, and what the scores do not mean."""

REASONS = {
    "record_type": "not a capture of a page (request, metadata, archive information)",
    "page_facts": "no loss: a WAT record, with facts of a page but not its text (table markup)",
    "revisit": "a capture identical to an earlier one, stored without its content",
    "http_status": "the server did not answer with the page",
    "media_type": "neither HTML nor plain text",
    "malformed_record": "record headers that cannot be read",
    "malformed_http": "HTTP headers that cannot be read",
    "truncated_record": "the file ends inside the record",
    "unreadable_bytes": "bytes of the shard that no record could be made of",
    "undecodable_body": "a compressed body that does not decode",
    "empty_payload": "a record without a body",
    "no_text": "a page without main text",
    "extraction_failed": "the extractor raised an error",
}
SIGNALS = {
    "lr_ai_logit": "words and pairs of words, weighed by a logistic regression",
    "lr_translated_logit": "words and pairs of words of translated and original text, weighed",
    "lr_crude_logit": "words and pairs of words of machines and people with the same content, weighed",
    "lm_ai_llr": "language models of AI-written and human text, compared",
    "lm_human_nats": "how predictable the text is to a language model of human text",
    "lm_mt_llr": "language models of translated and original text, compared",
    "genre": "what texts of this genre are worth by themselves",
    "unicode_invisible": "characters that cannot be seen, inside words",
    "unicode_confusables": "letters of other scripts in the place of Latin ones",
    "unicode_mojibake": "text decoded with a wrong character set",
}
FAMILIES = {
    "lm": "language models of either origin, compared",
    "lr": "words and pairs of words, weighed by a logistic regression",
    "calque": "expressions carried over word for word from another language",
    "phrase": "phrases that chat models leave behind",
    "markup": "traces of translation tools in the page",
    "disclosure": "the page declares its origin",
    "first": "captured before such text could be generated",
    "genre": "what texts of this genre are worth by themselves",
    "prose": "how much of the text is running sentences",
    "length": "lengths of the text and its words",
    "repetition": "repeated phrases",
    "unicode": "characters that do not belong",
    "residue": "words a translation system left untranslated",
    "convention": "numbers, quotes and dates as another language writes them",
    "loop": "a clause said again and again, as translation systems do",
    "parallelism": "in how many languages the page exists",
}
LIMITS = (
    "A score is about a text, not about a person. It is no evidence of misconduct, and no single verdict here should "
    "be held against anybody.",
    "A score is a probability under a presumed mixture of origins and for text like that the models were calibrated "
    "on. Formal, encyclopaedic, legal and non-native human writing is flagged more often than news.",
    "The share of documents with a verdict is not the prevalence. Only the corrected figures, with their intervals, "
    "estimate how much of the text is synthetic.",
    "Rewritten, “humanised” and base-model text is largely missed, and newer generators are harder to see. Where such "
    "text is common the corrected figures are too low.",
    "“Not measurable” is not “human”: the text is too short or there is no model for its language.",
    "Machine-translated means that the wording bears traces of translation or the page says so. A careful human "
    "translation can bear them too, and a good machine translation may not.",
    "The intervals hold sampling of hosts and the counted errors of the detector. They do not hold errors on kinds of "
    "text for which nobody has counted any.",
)


def explain_reason(reason: str) -> str:
    """A reason in words; of one not in the list, its name."""
    return REASONS.get(reason, reason.replace("_", " "))


def explain_signal(signal: str) -> str:
    """What a signal looks at, else what its family does; empty where its name says it all."""
    return SIGNALS.get(signal) or FAMILIES.get(signal.split("_")[0].split(":")[0], "")
