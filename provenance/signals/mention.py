"""Tells a mention of an expression from its use: in quotation marks, after a word that introduces it, or glossed.

Only used expressions are evidence: a page that explains "hamster buying" was not therefore translated, and one that
quotes what a chatbot said was not therefore written by it.
"""

import re
from collections.abc import Sequence

_DOUBLE = '"“”„‟«»″＂'
_SINGLE = "'’‘‚‛‹›`´"
_CORNER = "「」『』《》〈〉【】"
_OPENS = "“„‟«‘‚‛‹「『《〈【"
_CLOSES = "”»’›」』》〉】"
# Words for chat models and what they write, by which they speak of themselves, too ("trained by OpenAI").
_MODELS = re.compile(
    r"\bopenai\b|\bllms?\b|\blanguage models?\b|\bai (?:assistants?|models?|tools?)\b|\banthropic\b|\bsprachmodell\w*"
    r"|\bki (?:text|tool|chatbot|modell)\w*|\bmod[eè]les? de lang(?:age|ue)|\bmodelos? de l(?:enguaje|inguagem)"
    r"|\bmodell[oi] linguistic[oi]|\btaalmodel\w*|\bmodel\w* językow\w+|языков\w+ модел\w+|mô hình ngôn ngữ|语言模型"
    r"|語言模型|言語モデル|人工智能"
)
# Words that only people use of them.
_PRODUCTS = re.compile(
    r"\bchat ?gpt|\bgpt ?\d|\bchat ?bots?\b|\bai (?:generated|written|text|content|detect\w*|slop"
    r"|output|writing)\b|\bllama\b"
    r"|\bgenerative ai\b|\bdeepseek\b|\bqwen\b|\bmistral\b|\balpaca\b|\bprompt (?:engineering"
    r"|injection)\b|\bsystem prompts?\b"
    r"|\b(?:chat|prompt) templates?\b|\btokeni[sz]ers?\b|\bki generiert\w*|чат ?бот\w*|нейросет\w+|チャットボット"
    r"|聊天机器人|聊天機器人|生成ai|生成式"
)
_TEMPLATES = re.compile(
    r"\b(?:templates?|sample (?:letter|email|text)|fill in|fill out|placeholders?|brackets|vorlagen?"
    r"|musterbrief|ausfüllen"
    r"|mod[eè]le de (?:lettre|courrier)|plantillas?|modell[oi] di lettera|modelo de carta"
    r"|sjabl[oe]on\w*|szablon\w*|wzór|шаблон\w*)\b"
    r"|模板|テンプレート|雛形|\bmẫu\b"
)
_SHORT_MEANING = 3
_KINDS = {**dict.fromkeys(_DOUBLE, 2), **dict.fromkeys(_SINGLE, 1), **dict.fromkeys(_CORNER, 3)}
_QUOTE = re.compile("[" + re.escape(_DOUBLE + _SINGLE + _CORNER) + "]")


def is_quoted(text: str, start: int, end: int, reach: int) -> bool:
    """Whether `text[start:end]` stands inside quotation marks that open and close within `reach` code points of it.

    Marks of any language: a mark's side is read from the spaces around it, as “ closes in German and opens in
    English; between two letters a single mark is an apostrophe. Quotes end with their line.
    """
    low = max(0, start - reach, text.rfind("\n", 0, start) + 1)
    line_end = text.find("\n", end)
    high = min(len(text), end + reach, line_end if line_end >= 0 else len(text))
    open_kinds: dict[int, bool] = {}
    for mark in _QUOTE.finditer(text, low, start):
        kind, side = _KINDS[mark[0]], _side(text, mark.start())
        if side or mark[0] == '"':  # a straight mark between spaces closes what is open, and else opens
            open_kinds[kind] = side > 0 if side else not open_kinds.get(kind)
    for mark in _QUOTE.finditer(text, end, high):
        kind, side = _KINDS[mark[0]], _side(text, mark.start())
        if open_kinds.get(kind) and (side or mark[0] == '"'):
            return side <= 0
    return False


def is_introduced(folded: str, start: int, end: int, cue: re.Pattern[str], *, before: int, after: int) -> bool:
    """Whether a cue ("literally", "the term") stands within `before` code points before or `after` after it."""
    return bool(cue.search(folded, max(0, start - before), start) or cue.search(folded, end, end + after))


def is_listed(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` stands in a fence of code, in a quoted line (">"), between bars, or breaks off ("...").

    Bars part the alternatives of a pattern and the cells of a table; who writes "As an AI ..." speaks of the phrase.
    """
    line = text.rfind("\n", 0, start) + 1
    if text.startswith((">", "|"), line) or text.count("```", 0, start) % 2:
        return True
    before, after = text[max(line, start - 2) : start].rstrip(" "), text[end : end + 4].lstrip(" ,")
    return before.endswith(("|", "/^", "/")) or after.startswith(("|", "...", "…", "[...", "/i"))


def is_about_models(folded: str, used: Sequence[tuple[int, int]], reach: int) -> bool:
    """Whether a folded text speaks of chat models elsewhere than in the places given (starts and ends, code points).

    A model names its kind, too: such words count only further than `reach` from every place.
    """
    products = (found.start() for found in _PRODUCTS.finditer(folded))
    models = (found.start() for found in _MODELS.finditer(folded))
    return any(_is_outside(at, used, 0) for at in products) or any(_is_outside(at, used, reach) for at in models)


def is_about_templates(folded: str) -> bool:
    """Whether a folded text speaks of templates, whose gaps are for the reader to fill."""
    return _TEMPLATES.search(folded) is not None


def _is_outside(at: int, places: Sequence[tuple[int, int]], reach: int) -> bool:
    return all(not start - reach <= at < end + reach for start, end in places)


def stands_near(folded: str, start: int, end: int, expression: str, reach: int) -> bool:
    """Whether an inflected form of the folded expression's longest word stands within `reach` of the place.

    An expression that has no word the place itself lacks is never near.
    """
    word = max(expression.split(), key=len, default="")
    stem = word[: max(5, len(word) - 3)]
    if not stem or stem in folded[start:end]:
        return False
    return stem in folded[max(0, start - reach) : start] or stem in folded[end : end + reach]


def is_glossed(folded: str, start: int, end: int, meanings: Sequence[str], reach: int) -> bool:
    """Whether a word for what is meant stands within `reach` of the place: "ghost driver, wrong-way driver"."""
    place = folded[start:end]
    around = folded[max(0, start - reach) : start] + "|" + folded[end : end + reach]
    words = [meaning for meaning in meanings if len(meaning) > _SHORT_MEANING and meaning not in place]
    return any(re.search(rf"\b{re.escape(word)}", around) for word in words)


def _side(text: str, at: int) -> int:
    """1 where a mark opens, -1 where it closes, 0 for an apostrophe."""
    sign = text[at]
    free_before = at == 0 or not (text[at - 1].isalnum() or text[at - 1] in ".,!?…;%)")
    free_after = at + 1 >= len(text) or not text[at + 1].isalnum()
    if free_before != free_after and sign not in _CORNER:
        return 1 if free_before else -1
    if sign in _OPENS:
        return 1
    return -1 if sign in _CLOSES and (free_before or sign not in _SINGLE) else 0
