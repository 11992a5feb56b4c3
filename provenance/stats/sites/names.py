"""What is known of single domains and their suffixes: classes of domains, and the kind of well-known sites.

Compiled for the project from what the registries say of their own zones (IANA root database; the registries' pages)
and from common knowledge of well-known sites. They are short on purpose: what is not listed is told by a rule or not.
"""

from collections.abc import Mapping

CLASSES = {
    "government": "authorities of a state, its regions and communes",
    "education": "schools and universities",
    "military": "armed forces",
    "international": "organisations of several states",
    "organisation": ".org, and its like under a country code",
    "platform": "pages of users under another's domain",
    "generic": "the generic domains of before 2000 anyone may register",
    "country_code": "a state's two letters",
    "open_country_code": "a state's two letters that are sold, and read, as a word or short name",
    "new_generic": "every other top-level domain",
}
SITE_TYPES = {
    "news": "newspapers, broadcasters, agencies, magazines",
    "blog": "a person's or firm's blog",
    "forum": "discussions, questions and answers",
    "wiki": "pages that its readers write",
    "shop": "goods for sale, and pages of single products",
    "documentation": "manuals, references, code",
    "social": "networks and platforms of short posts, pictures and films",
    "government": "of a domain of that class, or military",
    "education": "of a domain of that class",
}
GENERIC = ("com", "net", "info", "biz", "name", "pro")
# Country codes that Google Search treats as generic, in its documentation of international sites ("Managing
# multi-regional and multilingual sites", section "Generic country code top-level domains").
OPEN_COUNTRY_CODES = (
    "ad", "ai", "as", "bz", "cc", "cd", "co", "dj", "fm", "io", "la", "me", "ms", "nu", "sc", "sr", "su", "tv", "tk",
    "ws",
)  # fmt: skip
# Never delegated (RFC 2606, 6761, 6762, 7686, 8375), or for the network itself: no site of a population of domains.
RESERVED = (
    "arpa",
    "example",
    "home",
    "internal",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "test",
)
# Internationalised country codes; every other name of the form xn--... is generic.
IDN_COUNTRY_CODES = (
    "xn--p1ai", "xn--p1acf", "xn--90ais", "xn--j1amh", "xn--fiqs8s", "xn--fiqz9s", "xn--j6w193g", "xn--kprw13d",
    "xn--kpry57d", "xn--3e0b707e", "xn--h2brj9c", "xn--mgbaam7a8h", "xn--mgberp4a5d4ar", "xn--wgbh1c", "xn--o3cw4h",
    "xn--90a3ac", "xn--d1alf", "xn--qxam", "xn--qxa6a", "xn--e1a4c", "xn--node", "xn--y9a3aq", "xn--80ao21a",
    "xn--l1acc", "xn--pgbs0dh", "xn--mgbayh7gpa", "xn--mgba3a4f16a", "xn--4dbrk0ce", "xn--90ae",
)  # fmt: skip

_GOVERNMENT = """
admin.ch bund.de bundesregierung.de bundestag.de bundesrat.de bundespraesident.de bundeswehr.de auswaertiges-amt.de
bayern.de nrw.de hessen.de sachsen.de niedersachsen.de baden-wuerttemberg.de berlin.de brandenburg.de thueringen.de
rlp.de saarland.de schleswig-holstein.de sachsen-anhalt.de mecklenburg-vorpommern.de bremen.de hamburg.de
europa.eu overheid.nl rijksoverheid.nl belgium.be fgov.be vlaanderen.be wallonie.be regjeringen.no stortinget.no
regeringen.se riksdagen.se riksdagen.fi suomi.fi parlament.ch parliament.uk nhs.scot
gov.scot gov.wales mygov.scot canada.ca ontario.ca alberta.ca senat.fr assemblee-nationale.fr service-public.fr
elysee.fr vie-publique.fr senato.it camera.it quirinale.it congreso.es senado.es boe.es parlamento.pt senate.be
kremlin.ru mos.ru
"""
_INTERNATIONAL = """
europa.eu un.org unesco.org unicef.org worldbank.org imf.org oecd.org wto.org iaea.org osce.org afdb.org adb.org
"""
_PLATFORM_BLOGS = """
wordpress.com blogspot.com blogger.com medium.com substack.com tumblr.com livejournal.com typepad.com over-blog.com
canalblog.com skyrock.com hatenablog.com hatenadiary.jp ameblo.jp cocolog-nifty.com exblog.jp note.com
tistory.com egloos.com cnblogs.com csdn.net jianshu.com blog.cz blogg.se blogspot.co.uk blogspot.de
blogspot.fr posthaven.com bearblog.dev write.as ghost.io dev.to hashnode.dev micro.blog svbtle.com pixnet.net xuite.net
"""
_PLATFORM_OTHER = """
github.io gitlab.io netlify.app vercel.app pages.dev herokuapp.com web.app firebaseapp.com wixsite.com weebly.com
webflow.io squarespace.com jimdofree.com jimdosite.com jimdo.com myshopify.com tripod.com angelfire.com geocities.com
geocities.jp freewebs.com webs.com altervista.org ucoz.ru narod.ru sourceforge.io strikingly.com carrd.co notion.site
readthedocs.io fandom.com wikia.com wikidot.com pbworks.com proboards.com forumotion.com
"""
_FORUMS = """
stackexchange.com stackoverflow.com superuser.com serverfault.com askubuntu.com mathoverflow.net quora.com zhihu.com
reddit.com ycombinator.com slashdot.org gutefrage.net answers.com proboards.com forumotion.com tapatalk.com lobste.rs
xda-developers.com mumsnet.com physicsforums.com mathhelpforum.com
"""
_WIKIS = """
wikipedia.org wiktionary.org wikibooks.org wikiquote.org wikisource.org wikiversity.org wikivoyage.org wikidata.org
wikinews.org wikimedia.org mediawiki.org fandom.com wikia.com wikidot.com pbworks.com wikihow.com namu.wiki
"""
_SHOPS = """
amazon.com amazon.co.uk amazon.de amazon.fr amazon.it amazon.es amazon.ca amazon.in amazon.co.jp amazon.com.br
amazon.com.mx amazon.com.au amazon.nl amazon.se amazon.pl ebay.com ebay.co.uk ebay.de ebay.fr ebay.it ebay.es
ebay.com.au ebay.ca etsy.com aliexpress.com alibaba.com walmart.com target.com bestbuy.com newegg.com zalando.de otto.de
ikea.com rakuten.co.jp flipkart.com allegro.pl ozon.ru wildberries.ru mercadolivre.com.br mercadolibre.com.ar bol.com
cdiscount.com myshopify.com taobao.com tmall.com jd.com zazzle.com redbubble.com abebooks.com
"""
_DOCUMENTATION = """
github.com gitlab.com bitbucket.org sourceforge.net readthedocs.io readthedocs.org docs.rs pypi.org npmjs.com php.net
python.org kernel.org w3schools.com cppreference.com die.net manpages.org ietf.org rfc-editor.org
"""
_SOCIAL = """
facebook.com twitter.com x.com instagram.com linkedin.com pinterest.com tiktok.com youtube.com vimeo.com flickr.com
vk.com ok.ru weibo.com mastodon.social threads.net t.me snapchat.com dailymotion.com soundcloud.com xing.com
"""
_NEWS = """
abc.net.au smh.com.au theage.com.au news.com.au theaustralian.com.au nzherald.co.nz stuff.co.nz rnz.co.nz cbc.ca ctv.ca
ctvnews.ca globalnews.ca theglobeandmail.com nationalpost.com thestar.com bbc.co.uk bbc.com guardian.co.uk
theguardian.com telegraph.co.uk independent.co.uk dailymail.co.uk mirror.co.uk express.co.uk thesun.co.uk thetimes.com
thetimes.co.uk ft.com economist.com sky.com metro.co.uk standard.co.uk scotsman.com rte.ie irishtimes.com
independent.ie cnn.com nytimes.com washingtonpost.com wsj.com usatoday.com latimes.com chicagotribune.com nypost.com
nydailynews.com sfgate.com boston.com bostonglobe.com foxnews.com nbcnews.com cbsnews.com npr.org pbs.org reuters.com
apnews.com bloomberg.com businessweek.com businessinsider.com forbes.com fortune.com cnbc.com time.com newsweek.com
theatlantic.com newyorker.com slate.com salon.com vox.com politico.com politico.eu axios.com thehill.com huffpost.com
huffingtonpost.com huffingtonpost.co.uk buzzfeednews.com motherjones.com nationalreview.com thenation.com vice.com
theverge.com wired.com techcrunch.com engadget.com arstechnica.com zdnet.com cnet.com aljazeera.com haaretz.com
jpost.com timesofisrael.com arabnews.com thehindu.com hindustantimes.com ndtv.com indianexpress.com news18.com
moneycontrol.com dawn.com straitstimes.com channelnewsasia.com scmp.com chinadaily.com.cn xinhuanet.com sina.com.cn
udn.com chinatimes.com ltn.com.tw asahi.com yomiuri.co.jp mainichi.jp nikkei.com sankei.com nhk.or.jp japantimes.co.jp
yna.co.kr chosun.com joongang.co.kr donga.com hani.co.kr hankookilbo.com vnexpress.net kompas.com detik.com
bangkokpost.com inquirer.net rappler.com dw.com tagesschau.de spiegel.de zeit.de faz.net sueddeutsche.de welt.de bild.de
taz.de focus.de stern.de n-tv.de heise.de golem.de handelsblatt.com tagesspiegel.de morgenpost.de abendblatt.de
fr.de rp-online.de derwesten.de mdr.de ndr.de wdr.de br.de swr.de deutschlandfunk.de presseportal.de orf.at
derstandard.at diepresse.com kurier.at krone.at nzz.ch srf.ch 20min.ch tagesanzeiger.ch blick.ch swissinfo.ch
aargauerzeitung.ch lemonde.fr lefigaro.fr liberation.fr leparisien.fr ouest-france.fr 20minutes.fr franceinfo.fr
francetvinfo.fr france24.com rfi.fr lexpress.fr lepoint.fr nouvelobs.com mediapart.fr slate.fr lesoir.be lalibre.be
rtbf.be hln.be standaard.be nos.nl nrc.nl volkskrant.nl telegraaf.nl ad.nl nu.nl elpais.com elmundo.es abc.es
lavanguardia.com elconfidencial.com eldiario.es publico.es 20minutos.es clarin.com lanacion.com.ar infobae.com
eltiempo.com elespectador.com eluniversal.com.mx milenio.com jornada.com.mx emol.com latercera.com elcomercio.pe
globo.com uol.com.br estadao.com.br publico.pt dn.pt corriere.it repubblica.it lastampa.it ansa.it ilsole24ore.com
ilfattoquotidiano.it gazeta.pl wyborcza.pl rp.pl onet.pl wp.pl tvn24.pl polskatimes.pl fakt.pl idnes.cz novinky.cz
sme.sk index.hu telex.hu origo.hu ria.ru tass.ru tass.com rt.com lenta.ru kommersant.ru rbc.ru gazeta.ru interfax.ru
kp.ru iz.ru ntv.ru regnum.ru vesti.ru meduza.io pravda.com.ua ukrinform.ru ukrinform.ua unian.ua kyivindependent.com
liga.net tovima.gr kathimerini.gr tanea.gr ethnos.gr in.gr hurriyet.com.tr hurriyetdailynews.com milliyet.com.tr
sabah.com.tr dr.dk politiken.dk berlingske.dk nrk.no vg.no aftenposten.no dagbladet.no svt.se dn.se aftonbladet.se
expressen.se yle.fi hs.fi iltalehti.fi err.ee delfi.ee delfi.lt lrt.lt lsm.lv euronews.com prnewswire.com
businesswire.com globenewswire.com phys.org
"""


def _spread(**lists: str) -> Mapping[str, str]:
    return {domain: value for value, text in lists.items() for domain in text.split()}


DOMAIN_CLASSES = _spread(
    government=_GOVERNMENT, platform=_PLATFORM_BLOGS + _PLATFORM_OTHER, international=_INTERNATIONAL
)
KNOWN_SITES = _spread(
    news=_NEWS,
    blog=_PLATFORM_BLOGS,
    social=_SOCIAL,
    forum=_FORUMS,
    wiki=_WIKIS,
    shop=_SHOPS,
    documentation=_DOCUMENTATION,
)
