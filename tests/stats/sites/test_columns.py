"""What addresses, dates and lengths tell: each class and type by example, the public suffix list as referee, nulls."""

import datetime

import polars as pl
import pytest
import tldextract
from hypothesis import given
from hypothesis import strategies as st

from provenance.extract.document import host_name, registered_domain
from provenance.stats.sites.columns import LENGTHS, SITE_COLUMNS, add_site_columns
from provenance.stats.sites.names import CLASSES, DOMAIN_CLASSES, KNOWN_SITES, SITE_TYPES


def located(url: str, generator: str | None = None) -> pl.DataFrame:
    host = host_name(url)
    row = {"url": url, "url_host_name": host, "url_host_registered_domain": registered_domain(host) if host else None}
    names = (*row, "generator")
    return pl.DataFrame(
        [{**row, "generator": generator, "n_words": 100}], schema_overrides=dict.fromkeys(names, pl.String)
    )


def told(url: str, column: str, generator: str | None = None) -> object:
    return add_site_columns(located(url, generator))[column].item()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("www.example.co.uk", "uk"),
        ("пример.xn--p1ai", "xn--p1ai"),
        ("WWW.EXAMPLE.COM.", "com"),
        ("192.0.2.7", None),
        ("2001:db8::1", None),
        ("[2001:db8::1]", None),
        ("intranet", None),
        ("", None),
        (None, None),
    ],
)
def test_the_top_level_domain_is_the_last_label(host: str | None, expected: str | None):
    frame = pl.DataFrame({"url_host_name": [host]}, schema={"url_host_name": pl.String})
    assert add_site_columns(frame)["top_level_domain"].item() == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("www.gov.uk", "government"),
        ("tax.service.gov.uk", "government"),
        ("www.service-public.gouv.fr", "government"),
        ("www.mofa.go.kr", "government"),
        ("city.kyoto.lg.jp", "government"),
        ("www.bundestag.de", "government"),
        ("www.state.tx.us", "government"),
        ("www2.gov.bc.ca", "government"),
        ("www.tbs-sct.gc.ca", "government"),
        ("www.nasa.gov", "government"),
        ("comune.go.it", "country_code"),  # Gorizia
        ("www.ox.ac.uk", "education"),
        ("www.u-tokyo.ac.jp", "education"),
        ("sydney.edu.au", "education"),
        ("www.lincoln.k12.ca.us", "education"),
        ("www.uni-jena.de", "education"),
        ("www.stanford.edu", "education"),
        ("www.army.mil", "military"),
        ("www.mod.uk", "military"),
        ("www.who.int", "international"),
        ("ec.europa.eu", "international"),
        ("www.gnu.org", "organisation"),
        ("www.rspb.org.uk", "organisation"),
        ("www.nhk.or.jp", "organisation"),
        ("someone.wordpress.com", "platform"),
        ("someone.github.io", "platform"),
        ("www.example.com", "generic"),
        ("www.bbc.co.uk", "country_code"),
        ("ria.ru", "country_code"),
        ("xn--e1afmkfd.xn--p1ai", "country_code"),
        ("startup.ai", "open_country_code"),
        ("startup.io", "open_country_code"),
        ("www.banco.com.co", "country_code"),
        ("gobierno.gov.co", "government"),
        ("cheap.xyz", "new_generic"),
        ("xn--80aswg.xn--80asehdb", "new_generic"),
        ("page.invalid", None),
        ("printer.local", None),
    ],
)
def test_the_class_of_a_domain(host: str, expected: str | None):
    assert told(f"https://{host}/", "domain_class") == expected


def test_the_public_suffix_list_agrees_with_the_classes_of_second_levels():
    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    zones = [suffix for suffix in extract.tlds if len(suffix.rsplit(".", 1)[-1]) == 2 and suffix.count(".") == 1]
    meant = {"gov": "government", "gob": "government", "gouv": "government", "gub": "government", "govt": "government"}
    meant |= {"edu": "education", "mil": "military", "org": "organisation", "asso": "organisation", "ac": "education"}
    suffixes = {zone: meant[zone.split(".")[0]] for zone in zones if zone.split(".")[0] in meant}
    assert len(suffixes) > 500
    frame = pl.DataFrame({"url_host_name": [f"www.name.{zone}" for zone in suffixes]})
    assert add_site_columns(frame)["domain_class"].to_list() == list(suffixes.values())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://en.wikipedia.org/wiki/Forum", "wiki"),
        ("https://wiki.example.org/Main", "wiki"),
        ("https://example.com/index.php?title=Main_Page", "wiki"),
        ("https://blog.example.com/2019/a-day", "blog"),
        ("https://example.com/de/blog/a-day", "blog"),
        ("https://someone.substack.com/p/a-day", "blog"),
        ("https://forum.example.com/", "forum"),
        ("https://example.com/forums/showthread.php?t=12", "forum"),
        ("https://math.stackexchange.com/questions/458323/prime", "forum"),
        ("https://www.bbc.co.uk/news/health-16543321", "news"),
        ("https://www.theguardian.com/blog/a-day", "blog"),
        ("https://www.springfieldherald.com/a/b", "news"),
        ("https://www.paper.example.net/politics/a-long-and-winding-headline", "news"),
        ("https://www.paper.example.net/article/mayor-opens-new-bridge-1234567", "news"),
        ("https://www.paper.example.net/news/2021/04/bridge", "news"),
        ("https://www.club.example.org/news/2021/04/bridge", None),  # associations have news, too
        ("https://www.firm.example.net/news/12345/", None),
        ("https://www.firm.example.net/2021/04/05/bridge/", None),
        ("https://example.com/product/red-shoe", "shop"),
        ("https://shop.example.com/red", "shop"),
        ("https://www.firm.example.net/products/desktop/", None),
        ("https://docs.example.com/install", "documentation"),
        ("https://example.com/docs/stable/nn.html", "documentation"),
        ("https://www.facebook.com/someone", "social"),
        ("https://www.nasa.gov/docs/a", "government"),
        ("https://blog.epa.gov/a", "blog"),
        ("https://www.army.mil/news/2021/04/05/a", "government"),
        ("https://www.ox.ac.uk/news/2021/04/05/a", "education"),
        ("https://web.archive.org/web/2017/http://example.com/wiki/Main", None),
        ("https://blog.archive.org/a-day", "blog"),
        ("https://www-example-com.translate.goog/blog/a-day", None),
        ("https://192.0.2.7/blog/", None),
        ("http://page.invalid/blog/", None),
        ("https://www.example.com/about", None),
        ("https://www.example.com/?next=/blog/", None),
    ],
)
def test_the_type_of_a_site(url: str, expected: str | None):
    assert told(url, "site_type") == expected


@pytest.mark.parametrize(
    ("generator", "expected"),
    [
        ("MediaWiki 1.31", "wiki"),
        ("vBulletin 3.8", "forum"),
        ("Blogger", "blog"),
        ("Shopify", "shop"),
        ("Docusaurus v2", "documentation"),
        ("Government Site Builder", "government"),
        ("WordPress 5.8", None),  # of blogs, firms, papers and shops alike
        (None, None),
    ],
)
def test_software_tells_the_type(generator: str | None, expected: str | None):
    assert told("https://www.example.com/page", "site_type", generator) == expected


@pytest.mark.parametrize(
    ("n_words", "expected"), [(0, 0), (79, 0), (80, 1), (199, 1), (200, 2), (500, 3), (1999, 3), (2000, 4), (10**6, 4)]
)
def test_lengths_have_their_bounds(n_words: int, expected: int):
    assert add_site_columns(pl.DataFrame({"n_words": [n_words]}))["length"].item() == LENGTHS[expected]


def test_the_month_is_that_of_the_capture():
    frame = pl.DataFrame({"fetch_time": [datetime.datetime(2021, 3, 5, tzinfo=datetime.UTC), None]})
    assert add_site_columns(frame)["month"].to_list() == ["2021-03", None]


def test_without_a_url_no_type_is_told():
    assert add_site_columns(located("https://blog.example.com/").drop("url"))["site_type"].item() is None


def test_a_frame_without_columns_to_tell_by_gets_nulls():
    frame = add_site_columns(pl.DataFrame({"doc_id": ["a"]}))
    assert frame.columns == ["doc_id", *SITE_COLUMNS]
    assert frame.row(0) == ("a", *[None] * len(SITE_COLUMNS))


def test_columns_that_are_there_stay_and_twice_is_once():
    frame = located("https://blog.example.com/").with_columns(site_type=pl.lit("news"), month=pl.lit("2001-01"))
    once = add_site_columns(frame)
    assert (once["site_type"].item(), once["month"].item()) == ("news", "2001-01")
    assert add_site_columns(once).equals(once)


def test_a_lazy_frame_stays_lazy_and_says_the_same():
    frame = located("https://blog.example.com/")
    lazy = add_site_columns(frame.lazy())
    assert isinstance(lazy, pl.LazyFrame)
    assert lazy.collect().equals(add_site_columns(frame))


def test_the_tables_hold_registered_domains_and_no_unknown_value():
    assert set(DOMAIN_CLASSES.values()) <= set(CLASSES)
    assert set(KNOWN_SITES.values()) <= set(SITE_TYPES)
    listed = {**DOMAIN_CLASSES, **KNOWN_SITES}
    assert {name: registered_domain(name) for name in listed} == {name: name for name in listed}


@given(st.text(max_size=60), st.text(max_size=30))
def test_any_address_tells_a_value_of_the_set_or_nothing(path: str, host: str):
    frame = pl.DataFrame(
        {"url": [f"http://{host}/{path}", path], "url_host_name": [host.lower(), None], "generator": [path, host]}
    )
    made = add_site_columns(frame)
    assert set(made["domain_class"]) <= {*CLASSES, None}
    assert set(made["site_type"]) <= {*SITE_TYPES, None}
    assert made.height == 2
