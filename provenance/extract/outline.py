"""What of a page does not depend on its language: the images of its main part and its links to other sites.

Read from the source, since a search in the parsed page costs several times as much.
"""

import re
from urllib.parse import urlsplit

import polars as pl

OUTLINE = pl.Schema({"images": pl.List(pl.String), "links": pl.List(pl.String), "piece_languages": pl.List(pl.String)})
"""Names of images, addresses of links, languages of pieces of the text; each may be empty, none is null."""

MAX_IMAGES, MAX_LINKS = 40, 60
PIECES = (0.4, 0.6, 0.8)  # where pieces of a text begin, as shares of it; its beginning gives the document's language
PIECE, MIN_TEXT = 150, 400  # characters of a piece, and of the shortest text that is cut
SURE = 0.6  # a piece's language counts from this probability on
HEAD, MAIN = 100_000, 30_000  # characters of source in which the first heading is looked for; that are read from there
_CODED = (  # may name a language
    r"^https?://(?:[a-z]{2}\.|[^/]+/(?:.*[/._=-])?[A-Za-z]{2}(?:[-_][A-Za-z]{2})?(?:[/?&]|\.html?$|$))"
)
_IMAGE = re.compile(r'<img[^>]{1,600}?src="(?!data:)([^"]{5,300})"')
_LINK = re.compile(r'href="(https?://[^"?#]{8,200})')
_SIZE = re.compile(r"[-_.@](?:\d{2,4}x\d{2,4}|\d{2,4}px|[23]x|scaled|thumb)$")


def read_outline(html: str, url: str) -> dict[str, list[str]]:
    """`images` and `links` of the main part of a page, as written, each once, in order."""
    begin = next((at for tag in ("<h1", "<body") if (at := html.find(tag, 0, HEAD)) >= 0), 0)
    end = min(html.rfind("</p>", begin), begin + MAIN)
    span = (begin, end if end > begin else begin + MAIN)
    images = (_name(address) for address in _IMAGE.findall(html, *span))
    own = _own_name(url)
    links = [link for link in _LINK.findall(html, *span) if own not in link]
    return {
        "images": list(dict.fromkeys(name for name in images if name))[:MAX_IMAGES],
        "links": list(dict.fromkeys(link.partition("//")[2].rstrip("/") for link in links[:MAX_LINKS])),
    }


def cut_pieces(documents: pl.DataFrame) -> pl.DataFrame:
    """Columns `row` and `piece`: stretches of the texts that are long enough and may have versions in other languages.

    Of these the address names a language, or the page declares versions, or another language than its own.
    """
    several = (
        pl.col("url").str.contains(_CODED)
        | (pl.col("hreflang").list.len() > 0)
        | ~pl.col("html_lang").str.to_lowercase().str.starts_with(pl.col("language"))
    )
    n = pl.col("text").str.len_chars()
    frame = documents.with_row_index("row").filter(several.fill_null(False) & (n >= MIN_TEXT))
    pieces = [pl.col("text").str.slice((n * share).cast(pl.Int64), PIECE) for share in PIECES]
    return frame.select("row", piece=pl.concat_list(pieces)).explode("piece")


def _name(address: str) -> str:
    """The file's name without folder, ending and size; empty where it is too short to tell files apart."""
    name = address.split("?")[0].rstrip("/").rpartition("/")[2]
    return _SIZE.sub("", name.rpartition(".")[0] or name)[:80] if len(name) >= 5 else ""


def _own_name(url: str) -> str:
    """The last two labels of the host, or the address where it has none: enough to know most links to itself by."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return url
    return ".".join(host.split(".")[-2:]) if host else url
