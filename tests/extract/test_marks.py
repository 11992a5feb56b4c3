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
    "yandex_span": {"body": '<ya-tr-span data-index="0-0">Satz</ya-tr-span>' * 5},
    "edge_hash": {"body": '<p _msttexthash="123" _msthash="4">Satz</p>' * 5},
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
    "part:digitalSourceType=trainedAlgorithmicMedia": {
        "head": _json_ld({"@type": "Article", "comment": [{"@type": "Comment", "digitalSourceType": [IPTC]}]})
    },
    "jsonld:author=ChatGPT": {"head": _json_ld({"@graph": [{"@type": "Article", "author": {"name": "ChatGPT"}}]})},
    "jsonld:creator=GPT-4o": {"head": _json_ld({"@type": "Article", "creator": "GPT-4o"})},
    "jsonld:coauthor=ChatGPT": {
        "head": _json_ld({"@type": "Article", "author": [{"@type": "Person", "name": "Ann"}, {"name": "ChatGPT"}]})
    },
    "part:author=ChatGPT": {
        "head": _json_ld({"@type": "QAPage", "mainEntity": {"acceptedAnswer": {"author": {"name": "ChatGPT"}}}})
    },
    "meta:generator=ChatGPT": {"head": '<meta name="generator" content="ChatGPT">'},
    "link:chatgpt.com=2": {
        "body": '<a href="https://a.org/?utm_source=chatgpt.com">a</a><a href="https://b.org/?x=1&amp;utm_source=chatgpt.com">b</a>'
        '<a href="https://a.org/?utm_source=chatgpt.com">a again</a>'
    },
    "link:grok.com=1": {"body": '<a href="https://a.org/x?referrer=grok.com#part">a</a>'},
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
        pytest.param({"head": _json_ld({"@type": "Article", "author": {"name": "OpenAI"}})}, id="a company"),
        pytest.param(
            {"head": _json_ld({"author": {"@type": "Person", "name": "Ai Weiwei"}, "about": "ChatGPT"})}, id="a person"
        ),
        pytest.param({"head": _json_ld({"@type": "Article", "author": "Claude", "name": "ChatGPT"})}, id="a name"),
        pytest.param({"head": '<meta name="generator" content="WordPress 6.5; AI Engine 2.1">'}, id="a plugin"),
        pytest.param({"body": '<a href="/de/?utm_source=chatgpt.com">a</a>'}, id="a link within the site"),
        pytest.param({"body": '<a href="https://example.org/?utm_source=chatgpt.com">a</a>'}, id="a link to itself"),
        pytest.param(
            {"body": '<a href="https://s.org/share?u=https%3A%2F%2Fa.org%3Futm_source%3Dchatgpt.com">a</a>'},
            id="shared",
        ),
        pytest.param({"body": '<a href="https://a.org/?utm_source=gemini">a</a>'}, id="an advertisement"),
        pytest.param({"body": "<p>https://a.org/?utm_source=chatgpt.com</p>"}, id="an address in the text"),
        pytest.param(
            {"url": f"{URL}?utm_source=chatgpt.com", "body": '<a href="https://a.org/?utm_source=chatgpt.com">a</a>'},
            id="a page that was itself reached so",
        ),
    ],
)
def test_what_looks_like_a_disclosure_is_none(page: dict[str, str]):
    assert marks_of(**page)[1] == []  # type: ignore[arg-type]


def test_a_repeated_mark_is_listed_once():
    assert marks_of(body='<i ai-disclosure="ai-assisted">a</i>' * 3)[1] == ["part:ai-disclosure=ai-assisted"]


def test_of_several_articles_none_is_the_page():
    body = '<article ai-disclosure="ai-generated">a</article>'
    assert marks_of(body=body)[1] == ["part:ai-disclosure=ai-generated"]


def test_marks_are_found_in_utf_16():
    page = f'<html lang="de-x-mtfrom-en"><article><p>{SENTENCE * 3}</p></article></html>'
    row = document(record(("\ufeff" + page).encode("utf-16-le"), url=URL))
    assert row["translation_marks"] == ["mtfrom_lang"]
