"""The type of the site, or of its part, that a page is of: told by its host, the path of its url and its generator.

No list of the web's sites stands behind it: a type is told where a well-known site, a label of the host, a path that
one kind of software makes, or a domain's class says so; all else is null.
"""

import polars as pl

from provenance.stats.sites.names import KNOWN_SITES

# Addresses that hold other sites' pages: what their paths say is of those.
_REPEATERS = (
    r"^(?:web\.archive\.org|(?:www\.)?archive\.(?:is|ph|today)|(?:www\.|translate\.)?google\.[a-z.]+)$"
    r"|\.(?:googleusercontent\.com|translate\.goog)$"
)
_LABELS = {
    "blog": r"^(?:[a-z0-9-]+\.)*(?:we)?blogs?\.[^.]+\.[^.]+",
    "forum": r"^(?:[a-z0-9-]+\.)*(?:forums?|foren|discuss|discourse|answers|ask)\.[^.]+\.[^.]+",
    "wiki": r"^(?:[a-z0-9-]+\.)*wikis?\.[^.]+\.[^.]+",
    "shop": r"^(?:[a-z0-9-]+\.)*(?:shop|store|onlineshop|webshop|boutique|tienda|loja|sklep)\.[^.]+\.[^.]+",
    "documentation": r"^(?:[a-z0-9-]+\.)*(?:docs?|documentation|developers?|manpages?|javadoc)\.[^.]+\.[^.]+",
}
_GENERATORS = {
    "government": r"^government site builder",
    "wiki": r"^(?:mediawiki|dokuwiki|twiki|foswiki|xwiki|pmwiki|moinmoin|tiki wiki)",
    "forum": r"^(?:vbulletin|phpbb|mybb|discourse|xenforo|invision|smf|simple machines|flarum|nodebb|discuz|fluxbb)",
    "blog": r"^(?:blogger|ghost|typepad|movable type|livejournal|serendipity|textpattern|hexo|z-blog|blogengine)",
    "shop": r"^(?:shopify|prestashop|magento|opencart|oscommerce|zen cart|shopware|oxid|bigcommerce|xt:?commerce)",
    "documentation": r"^(?:docusaurus|sphinx|mkdocs|doxygen|gitbook|vuepress|vitepress|rustdoc|javadoc|jsdoc)",
}
_PATHS = {
    "forum": r"/(?:forums?|foren|showthread|viewtopic|viewforum|forumdisplay)(?:\.(?:php|aspx?|html?))?(?:[/?]|$)"
    r"|/threads/|/thread-\d|/questions/\d|/topic/\d{1,7}(?:[-/?]|$)|/t/[a-z0-9-]+/\d",
    "wiki": r"/(?:wiki|mediawiki)/|/w?/?index\.php\?title=|/doku\.php",
    "blog": r"^/(?:[a-z]{2}(?:[-_][a-z]{2})?/)?(?:we)?blogs?(?:-\d)?(?:[/?]|$)",
    "shop": r"/(?:product|produkt|producto|produit|prodotto|produto|gp/product)/[^/]|/products/[a-z0-9]+-[a-z0-9]"
    r"|/dp/[a-z0-9]{10}|^/(?:[a-z]{2}/)?(?:shop|onlineshop|store|boutique|tienda|loja|sklep)/",
    "documentation": r"^/(?:[a-z]{2}/)?(?:docs|documentation|javadocs?|apidocs|api-docs|manpages?|dokumentation)/",
}
_NEWS_NAME = (
    r"(?:news|nachrichten|noticias|notizie|zeitung|tageblatt|tagblatt|herald|tribune|gazette|gazeta|chronicle|courier"
    r"|times|diario|jornal|kurier|newspaper)(?:24|today|online)?\.(?:[a-z]{2,3}\.)?[a-z]+$"
)
_NEWS_SECTION = (
    r"^/(?:[a-z]{2}/)?(?:news/)?(?:politics|politik|politique|politica|politika|polityka|world|nation|national|nacional"
    r"|internacional|international|world-news|us-news|local-news|local|lokales|ausland|inland|panorama|opinion|sports?"
    r"|deportes|esportes?|wirtschaft|economia|mundo|sociedad|sociedade|societe|planete|cronaca|esteri|nachrichten"
    r"|noticias?|entertainment|crime)/"
)
_ARTICLES = r"^/(?:[a-z]{2}/)?(?:news|nachrichten|noticias|articles?|artikel|story|[a-z]+/article)/"
_DATED = (
    r"^/(?:[a-z]{2}/)?(?:news|nachrichten|noticias)/(?:[a-z-]+/)*(?:\d{4}/(?:\d\d?|[a-z]{3})/|\d{4}-\d\d-\d\d|\d{8}/)"
)
_HEADLINE = r"(?:[a-z]{2,}[-_+]+(?:[a-z0-9]{1,3}[-_+]+)*){3}[a-z]"  # four words and more
_NUMBER = r"\d{5}"


def tell_site_type(domain_class: pl.Expr) -> pl.Expr:
    """One of `SITE_TYPES`, null where not told; of `url`, `url_host_name`, its registered domain and `generator`.

    The first rule that tells decides.
    """
    host = pl.col("url_host_name").str.to_lowercase()
    path = pl.col("url").str.extract(r"^[A-Za-z]+://[^/?#]*([^#]*)").str.to_lowercase()
    known = pl.col("url_host_registered_domain").replace_strict(KNOWN_SITES, default=None, return_dtype=pl.String)
    told = pl.coalesce(
        _first(host, _LABELS, "blog", "forum", "wiki"),
        pl.when(known.is_in(("blog", "forum", "wiki"))).then(known),
        _first(pl.col("generator").str.to_lowercase().str.strip_chars(), _GENERATORS),
        _first(path, _PATHS, "forum", "wiki", "blog"),
        known,
        _first(host, _LABELS, "shop", "documentation"),
        pl.when(domain_class.is_in(("government", "military"))).then(pl.lit("government")),
        pl.when(domain_class == "education").then(pl.lit("education")),
        _first(path, _PATHS, "shop", "documentation"),
        pl.when(host.str.contains(_NEWS_NAME)).then(pl.lit("news")),
        pl.when(_is_article(path) & (domain_class != "organisation")).then(pl.lit("news")),
    )
    return pl.when(domain_class.is_not_null() & ~host.str.contains(_REPEATERS)).then(told)


def _is_article(path: pl.Expr) -> pl.Expr:
    """The path of a newspaper's article: a section or a number, and its headline; or its date below /news/."""
    section, articles = path.str.contains(_NEWS_SECTION), path.str.contains(_ARTICLES)
    headed = path.str.contains(_HEADLINE) & (section | (articles & path.str.contains(_NUMBER)))
    return headed | path.str.contains(_DATED)


def _first(text: pl.Expr, rules: dict[str, str], *names: str) -> pl.Expr:
    """The first of the named rules (all, without names) that finds something in the text."""
    wanted = names or tuple(rules)
    return pl.coalesce(pl.when(text.str.contains(rules[name])).then(pl.lit(name)) for name in wanted)
