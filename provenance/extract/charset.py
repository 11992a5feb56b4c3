"""Bytes of a page to text: the charset of the HTTP header, the meta tag, the byte order mark, detection.

A declared charset that does not decode cleanly falls to the next. Labels are those of the WHATWG Encoding Standard;
unknown ones count as not declared. A declaration that turns a byte order mark into letters is not clean either.
"""

import codecs
import re
from collections.abc import Iterator

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

# WHATWG decodes these labels with their supersets (Encoding Standard, sections 10 to 12).
SUPERSETS = {"gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932", "big5": "big5hkscs"}
LABELS = {
    "cp866": "ibm866",
    "mac-roman": "macintosh",
    "iso2022_jp": "iso-2022-jp",
    "euc_jp": "euc-jp",
    "euc_kr": "euc-kr",
}
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
PRESCAN = 4096  # the standard asks for 1,024; pages with long comments first are common
_META = re.compile(rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([^\s\"'/>;]{1,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})[\"']", re.IGNORECASE)
_LONGEST_CHARACTER = 4  # bytes; a page cut at a size limit may end inside one
_STRAY = 0.01  # of the characters beyond ASCII: more broken ones than this and the charset is another


def decode_page(data: bytes, header_charset: str | None, *, html: bool = True) -> tuple[str, str]:
    """The text and the label of the charset it was decoded with; never fails.

    Where no charset is clean, that of the mark (else the first declared, else UTF-8) is taken, with U+FFFD for each
    broken sequence.
    """
    mark = next((name for magic, name in BYTE_ORDER_MARKS if data.startswith(magic)), None)
    declared = None
    for codec in _candidates(data, header_charset, mark, html=html):
        declared = declared or codec
        text = _decode_cleanly(data, codec)
        if text is not None and (codec == mark or mark is None):
            return text.removeprefix("\ufeff"), _label(codec)
    codec = mark or declared or "utf-8"
    return data.decode(codec, "replace").removeprefix("\ufeff"), _label(codec)


def _candidates(data: bytes, header: str | None, mark: str | None, *, html: bool) -> Iterator[str]:
    declared = [header]
    if html:
        declared.append(_meta_charset(data[:PRESCAN]))
    for label in declared:
        codec = map_encoding_to_html5(label, fallback_utf8=False) if label else None
        if codec is not None:
            yield codec
    if mark is not None:
        yield mark
    if b"\x1b$" not in data[:PRESCAN]:  # ISO-2022-JP is ASCII to a UTF-8 decoder
        yield "utf-8"  # no other charset makes well-formed UTF-8 by chance, and it is the cheapest test
    yield detect_encoding(data) or "utf-8"


def _meta_charset(head: bytes) -> str | None:
    found = _META.search(head) or _XML.search(head)
    if found is None:
        return None
    label = found.group(1).decode("ascii", "replace")
    # A tag that can be read byte by byte is not UTF-16 (HTML standard, 13.2.3.2, step 15).
    return "utf-8" if label.lower().startswith(("utf-16", "utf16")) else label


def _decode_cleanly(data: bytes, codec: str) -> str | None:
    codec = SUPERSETS.get(codec, codec)
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        if error.start >= len(data) - _LONGEST_CHARACTER:
            return data[: error.start].decode(codec)
        return _mostly_utf8(data) if codec == "utf-8" else None


def _mostly_utf8(data: bytes) -> str | None:
    """The text where nearly all characters beyond ASCII are well-formed: a page glued from several sources."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return text if broken <= _STRAY * beyond_ascii else None


def _label(codec: str) -> str:
    if codec in LABELS:
        return LABELS[codec]
    return re.sub(r"^cp(?=125\d$)", "windows-", re.sub(r"^iso8859", "iso-8859", codec))
