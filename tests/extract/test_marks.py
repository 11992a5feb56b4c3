"""Every mark, and beside it the page that looks like it and is not."""

import json

import pytest

from tests.extract.pages import SENTENCE, document, record

URL = "https://www.example.org/de/seite"
FONT = '<font style="vertical-align: inherit;"><font style="vertical-align: inherit;">Satz.</font></font> '


def marks_of(
    head: str = "", body: str = "", *, html: str = "<html>", url: str = URL, headers: dict[str, str] | None = None
) -> tuple[list[str], list[str]]:
    page = f"{html}<head>{head}</head><body><article><p>{SENTENCE * 3}</p>{body}</article></body></html>"
    row = document(record(page, url=url, headers=headers))
    return row["translation_marks"], row["ai_disclosure_marks"]  # type: ignore[return-value]


TRANSLATION = {
    "mtfrom_lang": {"html": '<html lang="de-x-mtfrom-en">'},
    "mtfrom_link=en": {
        "head": '<link rel="alternate machine-translated-from" hreflang="en" href="https://www.example.org/en/page">'
    },
    "mtfrom_lang_part": {"body": '<blockquote lang="de-x-mtfrom-en">Satz</blockquote>'},
    "google_class": {"html": '<html lang="de" class="no-js translated-ltr">'},
    "google_meta": {"head": '<meta http-equiv="X-Translated-By" content="Google">'},
    "google_proxy": {"url": "https://www-example-org.translate.goog/page?_x_tr_sl=en&_x_tr_tl=de"},
    "google_font": {"body": FONT * 5},
    "google_font_part": {"body": FONT},
    "yandex_span": {"body": '<ya-tr-span data-index="0-0">Satz</ya-tr-span>'},
    "edge_hash": {"body": '<p _msttexthash="123" _msthash="4">Satz</p>'},
    "translatepress": {"body": '<a href="/de/" data-trp-gettext="">Satz</a>'},
    "transposh": {"head": '<meta name="translation-stats" content=\'{"total_phrases":20}\'>'},
    "weglot": {"body": '<div id="weglot_here"></div>'},
    "gtranslate_static": {"body": "<!-- delivered by GTranslate -->"},
    "gtranslate_widget": {"body": "<a onclick=\"doGTranslate('en|de');return false;\">Deutsch</a>"},
    "qtranslate": {"body": '<ul id="qtranslate-chooser"></ul>'},
}


@pytest.mark.parametrize("mark", TRANSLATION)
def test_each_translation_mark_is_found(mark: str):
    assert marks_of(**TRANSLATION[mark])[0] == [mark]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "page",
    [
        pytest.param({"body": "Write <code>lang=&quot;de-x-mtfrom-en&quot;</code> on it"}, id="a page about mtfrom"),
        pytest.param(
            {"head": '<link rel="alternate" hreflang="de-x-mtfrom-en" href="/de">'}, id="a link to a translated page"
        ),
        pytest.param(
            {"head": f'<link rel="alternate machine-translated-from" hreflang="de" href="{URL}">'},
            id="a link to itself",
        ),
        pytest.param({"body": '<p class="translated-ltr">Satz</p>'}, id="the class on another element"),
        pytest.param({"body": '<font style="vertical-align: inherit;">Satz</font>' * 9}, id="single fonts"),
        pytest.param({"body": '<span style="vertical-align: inherit;">Satz</span>' * 9}, id="another element"),
        pytest.param({"body": '<div id="google_translate_element"></div>'}, id="the Google widget"),
        pytest.param({"body": "Our shop was delivered by GTranslate."}, id="a page about GTranslate"),
        pytest.param({"body": "<p>We compared weglot and qtranslate.</p>"}, id="a page about plugins"),
        pytest.param({"head": '<script src="https://cdn.weglot.com/weglot.min.js"></script>'}, id="a script"),
        pytest.param({"url": "https://translate.google.com/about"}, id="Google's own page"),
        pytest.param({"head": '<meta http-equiv="X-Translated-By" content="Ann Example">'}, id="a human translator"),
    ],
)
def test_what_looks_like_a_translation_mark_is_none(page: dict[str, str]):
    assert marks_of(**page)[0] == []  # type: ignore[arg-type]


def _json_ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
DISCLOSURE = {
    "header:ai-disclosure=mode=ai-originated": {"headers": {"ai-disclosure": "mode=ai-originated"}},
    "meta:ai-disclosure=ai-generated": {"head": '<meta name="AI-Disclosure" content="ai-generated">'},
    "meta:ai-generated=true": {"head": '<meta name="ai-generated" content="true">'},
    "attribute:ai-disclosure=autonomous": {"html": '<html ai-disclosure="autonomous">'},
    "part:ai-disclosure=ai-generated": {"body": '<section ai-disclosure="ai-generated">Satz</section>'},
    "jsonld:digitalSourceType=trainedAlgorithmicMedia": {
        "head": _json_ld({"@graph": [{"@type": "Article", "digitalSourceType": IPTC}]})
    },
    "media:digitalSourceType=trainedAlgorithmicMedia": {
        "head": _json_ld({"@type": "Article", "image": {"@type": "ImageObject", "digitalSourceType": {"@id": IPTC}}})
    },
    "media:digitalSourceType=algorithmicMedia": {
        "head": _json_ld(
            {
                "@type": ["ImageObject"],
                "description": "made like trainedAlgorithmicMedia",
                "hasPart": {"digitalSourceType": "algorithmicMedia"},
            }
        )
    },
    "jsonld:digitalSourceType=compositeWithTrainedAlgorithmicMedia": {
        "head": _json_ld([{"@type": "WebPage", "schema:digitalSourceType": "compositeWithTrainedAlgorithmicMedia"}])
    },
}


@pytest.mark.parametrize("mark", DISCLOSURE)
def test_each_disclosure_mark_is_found(mark: str):
    assert marks_of(**DISCLOSURE[mark])[1] == [mark]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "page",
    [
        pytest.param({"body": "<p>Use the ai-disclosure attribute.</p>"}, id="a page about it"),
        pytest.param({"body": f"<p>{IPTC}</p>"}, id="a page about the vocabulary"),
        pytest.param({"head": '<script type="application/ld+json">{trainedAlgorithmicMedia</script>'}, id="broken"),
        pytest.param(
            {"head": _json_ld({"description": "digitalSourceType is trainedAlgorithmicMedia"})}, id="in a description"
        ),
        pytest.param(
            {"head": f'<script type="application/ld+json">{"[" * 100_000} trainedAlgorithmicMedia</script>'},
            id="nested",
        ),
    ],
)
def test_what_looks_like_a_disclosure_is_none(page: dict[str, str]):
    assert marks_of(**page)[1] == []  # type: ignore[arg-type]


def test_a_repeated_mark_is_listed_once():
    assert marks_of(body='<i ai-disclosure="ai-assisted">a</i>' * 3)[1] == ["part:ai-disclosure=ai-assisted"]


def test_marks_are_found_in_utf_16():
    page = f'<html lang="de-x-mtfrom-en"><article><p>{SENTENCE * 3}</p></article></html>'
    row = document(record(("\ufeff" + page).encode("utf-16-le"), url=URL))
    assert row["translation_marks"] == ["mtfrom_lang"]
