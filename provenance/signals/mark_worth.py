"""What a mark of machine translation is worth on the page it stands on.

Plugins of multilingual sites mark every language version, the source as well; a widget translates in the reader's
browser only; a fragment is not the page. So a mark is read with the language of the page and the site's default
language: the plugin's own word for it, else that of the alternate links.
"""

import re
from collections.abc import Iterator, Mapping

from provenance.signals.declared import DECLARED, HALF, NOTHING, Hit
from provenance.signals.site_language import SAME, find_default_language, primary_language

FROM = ("mtfrom_lang", "mtfrom_link", "mtfrom_t0")
SAVED = {
    "google_class": "page saved as Google Translate showed it",
    "google_meta": "page saved as Google Translate showed it",
    "google_proxy": "page fetched through Google Translate",
    "google_links": "page fetched through Google Translate: its links lead there",
    "google_font": "text wrapped by Google Translate",
    "google_source": "page saved as Google Translate showed it, with the source text beside",
    "yandex_span": "page saved as Yandex Translate showed it",
    "edge_hash": "page saved as the translator of Edge showed it",
    "firefox_id": "page saved as the translator of Firefox showed it",
    "proxy": "page fetched through a translator",
    "translated_by": "names the machine that translated it",
    "microsoft_mt": "Microsoft's documentation says: machine-translated",
    "transposh_machine": "Transposh counts more phrases translated by machine than by people",
}
PLUGINS = {
    "translatepress": "TranslatePress",
    "transposh": "Transposh",
    "weglot": "Weglot",
    "gtranslate_static": "GTranslate",
    "linguise": "Linguise",
    "wovn": "WOVN",
}
EDITABLE = {
    "immersive": "page saved with the translations of Immersive Translate beside its text",
    "wiki_segment": "drafted with the wiki's translation tool, which offers machine translation",
    "wiki_rough": "the wiki's readers call it a rough, perhaps a machine translation",
    "weglot_shown": "page saved as Weglot showed it",
    "notice_edited": "says that a machine translated and people edited it",
}
NO_EVIDENCE = {
    "gtranslate_widget": "a widget that translates in the reader's browser",
    "qtranslate": "a plugin that holds versions written by people",
    "microsoft_ht": "Microsoft's documentation says: translated by people",
    "transposh_human": "Transposh counts more phrases translated by people than by machine",
    "transposh_untranslated": "Transposh translated less than half of the page",
}
_PART = "a translated fragment, not the page"


def read_marks(row: Mapping[str, object]) -> Iterator[Hit]:
    """The marks of a row (`marks`), each with its value and why.

    The row has `html_lang` and `language` as `same_language` has them, `hreflang`, `declared` (html lang as written),
    and `certain`: whether the language of the text is.
    """
    marks, hreflang = row["marks"], row["hreflang"]
    default = find_default_language(hreflang) if isinstance(hreflang, list) else None
    for mark in marks if isinstance(marks, list) else ():
        name, _, value = str(mark).partition("=")
        if name in FROM:
            yield _read_declared(str(mark), value or _source_of(row["declared"]), row)
        elif name == "notice":
            yield _read_notice(str(mark), row, default)
        elif name in SAVED:
            yield DECLARED, mark, SAVED[name]
        elif name in PLUGINS:
            yield _read_plugin(str(mark), PLUGINS[name], row, primary_language(value) or default)
        elif name in EDITABLE:
            yield HALF, mark, EDITABLE[name]
        else:
            yield NOTHING, mark, NO_EVIDENCE.get(name, _PART if name.endswith("_part") else "not known")


def _source_of(declared: object) -> str:
    found = re.search(r"-x-mtfrom-([a-z]{2,3})", str(declared or ""), re.IGNORECASE)
    return found.group(1).lower() if found else ""


def _read_declared(mark: str, source: str, row: Mapping[str, object]) -> Hit:
    """The page says it was translated from `source`; a page that is in that language is the source."""
    language = row["language"] or row["html_lang"]
    if source and language == SAME.get(source, source):
        return NOTHING, mark, f"declares a translation from {source}, but is in that language"
    return DECLARED, mark, f"declares that it was machine-translated{f' from {source}' if source else ''}"


def _read_notice(mark: str, row: Mapping[str, object], default: str | None) -> Hit:
    """A template may print the notice on all versions, that in the site's own language as well."""
    page = _language_of(row)
    if default is not None and page == default:
        return NOTHING, mark, f"says that it was machine-translated, in the site's default language {default}"
    return DECLARED, mark, "says in its text that it was machine-translated"


def _read_plugin(mark: str, plugin: str, row: Mapping[str, object], default: str | None) -> Hit:
    page = row["html_lang"] or row["language"]
    if default is None or page is None:
        return NOTHING, mark, f"{plugin}, but the site's default language is not known"
    if page == default:
        return NOTHING, mark, f"{plugin}, on a page in the site's default language {default}"
    if _language_of(row) == default:
        return NOTHING, mark, f"{plugin}, but the text is in the site's default language {default}"
    return HALF, mark, f"{plugin}, on a page in {page} of a site whose default language is {default}"


def _language_of(row: Mapping[str, object]) -> object:
    """The language of the text where it is certain, else the declared one."""
    return (row["language"] if row["certain"] else None) or row["html_lang"] or row["language"]
