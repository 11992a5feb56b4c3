"""Language codes as sites write them: in addresses, in hreflang, in lang attributes.

Sources: ISO 639-1, BCP 47 (RFC 5646); the longer names are those that sites use in addresses.
"""

import re
from functools import lru_cache

_CODES = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el
en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu
ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na
nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so
sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
ISO_639_1 = frozenset(_CODES.split())
_SAME = {
    "iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "nob": "no", "nno": "no", "nor": "no", "fil": "tl",
    "cz": "cs", "jp": "ja", "gr": "el", "kr": "ko", "dk": "da",
}  # fmt: skip
# ISO 639-3, as far as the language identifier tells them and they have no code of two letters.
_LONGER_CODES = """
arz ast azb bar bcl bho bpy bxr cbk ceb ckb diq dsb dty egl frr gom gsw hbs hif hsb ilo jbo krc lez lmo lrc mai mhr min
mrj mwl myv mzn nah nap nds new pam pfl pms pnb rue sah scn sco tyv vec vep vls war wuu xal xmf yue
"""
_KNOWN = ISO_639_1 | frozenset(_LONGER_CODES.split())
_NAMES = {
    "english": "en", "eng": "en", "deutsch": "de", "german": "de", "deu": "de", "ger": "de", "francais": "fr",
    "french": "fr", "fra": "fr", "fre": "fr", "espanol": "es", "spanish": "es", "spa": "es", "esp": "es",
    "italiano": "it", "italian": "it", "ita": "it", "portugues": "pt", "portuguese": "pt", "por": "pt", "russian": "ru",
    "russkij": "ru", "rus": "ru", "chinese": "zh", "zho": "zh", "chi": "zh", "chn": "zh", "japanese": "ja",
    "jpn": "ja", "korean": "ko", "kor": "ko", "arabic": "ar", "ara": "ar", "polski": "pl", "polish": "pl", "pol": "pl",
    "nederlands": "nl", "dutch": "nl", "nld": "nl", "turkish": "tr", "turkce": "tr", "tur": "tr", "ukr": "uk",
    "ukrainian": "uk", "persian": "fa", "farsi": "fa", "hindi": "hi", "greek": "el", "czech": "cs", "ces": "cs",
    "swedish": "sv", "swe": "sv", "danish": "da", "dan": "da", "norwegian": "no", "finnish": "fi", "fin": "fi",
    "hungarian": "hu", "magyar": "hu", "hun": "hu", "romanian": "ro", "bulgarian": "bg", "vietnamese": "vi",
    "indonesian": "id", "hebrew": "he", "thai": "th", "bengali": "bn", "urdu": "ur", "catala": "ca", "euskara": "eu",
    "galego": "gl", "cymraeg": "cy",
}  # fmt: skip
_WRITTEN = re.compile(r"([a-z]{2})(?:[-_](?:[a-z]{4}|[a-z]{2}|\d{3}))*")


@lru_cache(maxsize=10_000)
def read_tag(tag: str) -> str | None:
    """Language of a BCP 47 tag as the language identifier has it: "de-AT" is de, "deu" too.

    Null for x-default and for what is no language known here, as "int" and "und".
    """
    primary = tag.strip().lower().replace("_", "-").split("-")[0]
    code = _SAME.get(primary) or _NAMES.get(primary, primary)
    return code if code in _KNOWN else None


@lru_cache(maxsize=100_000)
def read_place_code(text: str) -> str | None:
    """Language that a part of an address names, as code ("de", "pt-br") or name ("ger"); null for any other word."""
    lowered = text.lower()
    if lowered in _NAMES:
        return _NAMES[lowered]
    found = _WRITTEN.fullmatch(lowered)
    code = _SAME.get(found[1], found[1]) if found else None
    return code if code in ISO_639_1 else None
