"""The English forms of a lexicon expression: a verb that leads it, the plural of a noun that ends it, "one's".

Spelling rules as any school grammar gives them. A form that nobody writes costs nothing; one that is missing is a
missed hit.
"""

from collections.abc import Iterator

_POSSESSIVES = ("one's", "my", "your", "his", "her", "its", "our", "their")
_BE = ("be", "is", "are", "was", "were", "been", "being", "am")
_IRREGULAR = {
    "bear": "bore borne",
    "beat": "beat beaten",
    "bend": "bent bent",
    "bind": "bound bound",
    "bite": "bit bitten",
    "blow": "blew blown",
    "break": "broke broken",
    "bring": "brought brought",
    "build": "built built",
    "burn": "burned burnt",
    "buy": "bought bought",
    "carry": "carried carried",
    "cast": "cast cast",
    "catch": "caught caught",
    "come": "came come",
    "cost": "cost cost",
    "cry": "cried cried",
    "cut": "cut cut",
    "dig": "dug dug",
    "do": "did done",
    "draw": "drew drawn",
    "drink": "drank drunk",
    "drive": "drove driven",
    "eat": "ate eaten",
    "fall": "fell fallen",
    "feel": "felt felt",
    "fight": "fought fought",
    "find": "found found",
    "fly": "flew flown",
    "get": "got gotten",
    "give": "gave given",
    "go": "went gone",
    "grow": "grew grown",
    "hang": "hung hung",
    "have": "had had has",
    "hear": "heard heard",
    "hide": "hid hidden",
    "hit": "hit hit",
    "hold": "held held",
    "keep": "kept kept",
    "know": "knew known",
    "lay": "laid laid",
    "lead": "led led",
    "leave": "left left",
    "let": "let let",
    "lie": "lay lain lying",
    "lose": "lost lost",
    "make": "made made",
    "pay": "paid paid",
    "put": "put put",
    "read": "read read",
    "ride": "rode ridden",
    "run": "ran run",
    "say": "said said",
    "see": "saw seen",
    "seek": "sought sought",
    "sell": "sold sold",
    "send": "sent sent",
    "set": "set set",
    "shoot": "shot shot",
    "show": "showed shown",
    "shut": "shut shut",
    "sing": "sang sung",
    "sit": "sat sat",
    "sleep": "slept slept",
    "speak": "spoke spoken",
    "spend": "spent spent",
    "spit": "spat spat",
    "split": "split split",
    "stand": "stood stood",
    "steal": "stole stolen",
    "stick": "stuck stuck",
    "strike": "struck struck",
    "swim": "swam swum",
    "take": "took taken",
    "tear": "tore torn",
    "tell": "told told",
    "think": "thought thought",
    "throw": "threw thrown",
    "tie": "tied tied tying",
    "try": "tried tried",
    "turn": "turned turned",
    "understand": "understood understood",
    "wake": "woke woken",
    "wash": "washed washed",
    "wear": "wore worn",
    "weep": "wept wept",
    "win": "won won",
    "write": "wrote written",
}
_REGULAR_LIST = """
add admire allow annul answer apply arrange arrive ask assist attend bake balance bark bathe believe boil borrow
bridge brush call change chase chat chew choke circulate clap clean climb close comb complete consume cook count
cover cross crush cultivate dance date deepen demand discuss divide drag drip drop drown edit effect elaborate empty
enjoy enter explode extinguish fear fill finish fish fold follow forge formulate fry gather grab grate greet hand
harvest help hop hurry iron jump kick kill knock lack land laugh learn lick lift light listen live look love marry
match measure milk mix move nail need note open order pack paint part pass peel perform pick pinch plant play plough
point polish pour practice prepare press pretend promise pull punch push rain raise reach realise realize receive
remain remove repair reply respond return ride roll rub sail salt scratch search seed shake share sharpen shave show
sign smell smile smoke snap sow spare squeeze stay step stir stop stretch suck swallow talk taste touch train
transport travel treat trip turn use visit wait walk want warm wash watch water weigh whip wipe wish work worry
wring
"""
_REGULAR = frozenset(_REGULAR_LIST.split())


def forms_of(expression: str) -> list[str]:
    """All forms to look for, the expression first; in order, each once."""
    return list(dict.fromkeys(form for led in _led(expression) for form in _owned(led)))


def compound_forms(expression: str) -> list[str]:
    """The forms of a compound noun: as it is, and in the plural."""
    return [expression, *_plurals(expression)]


def _led(expression: str) -> Iterator[str]:
    yield expression
    first, _, rest = expression.partition(" ")
    is_verb = first in _IRREGULAR or first in _REGULAR or first == "be"
    if is_verb:
        yield from (f"{form} {rest}".strip() for form in _verb_forms(first))
    if not is_verb or rest.count(" ") == 0:
        yield from _plurals(expression)


def _owned(form: str) -> list[str]:
    if "one's" not in form.split():
        return [form]
    return [" ".join(owner if word == "one's" else word for word in form.split()) for owner in _POSSESSIVES]


def _verb_forms(verb: str) -> tuple[str, ...]:
    if verb == "be":
        return _BE
    third = verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")
    if verb.endswith("y") and verb[-2] not in "aeou":
        third = verb[:-1] + "ies"
    doubled = verb + verb[-1] if _doubles(verb) else verb
    ing = (verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else doubled) + "ing"
    if verb in _IRREGULAR:
        return (third, ing, *_IRREGULAR[verb].split())
    past = verb + "d" if verb.endswith("e") else verb[:-1] + "ied" if third.endswith("ies") else doubled + "ed"
    return (third, ing, past)


def _doubles(verb: str) -> bool:
    vowels = [sign for sign in verb if sign in "aeiou"]
    ends = len(verb) > 2 and verb[-1] not in "aeiouwxy" and verb[-2] in "aeiou" and verb[-3] not in "aeiou"
    return ends and (len(vowels) == 1 or verb.endswith(("get", "quit")))


def _plurals(expression: str) -> Iterator[str]:
    if expression.endswith(("s", "ing", "ed", "ly")) or not expression[-1].isalpha():
        return
    if expression.endswith(("ch", "sh", "x", "z")):
        yield expression + "es"
    elif expression.endswith("y") and expression[-2:-1] not in "aeou":
        yield expression[:-1] + "ies"
    elif expression.endswith("man"):
        yield expression[:-3] + "men"
    else:
        yield expression + "s"
