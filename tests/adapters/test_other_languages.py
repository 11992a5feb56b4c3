"""Languages without a model of AI-generated text: never a score, and still every sign that a page or a text carries."""

from datetime import UTC, datetime

import polars as pl
import pytest

import provenance
from provenance.models import find_model, load_models
from provenance.models.calibration import load_calibration
from provenance.verdict import judge_batch
from tests.made_models import read_fixture

LANGUAGES = ("de", "fr", "es", "ja", "zh", "vi", "ru", "ar")
MODELS = load_models()
TEXTS = {
    "de": read_fixture("de-reise-faehre.txt"),
    "fr": read_fixture("fr-blog-velo.txt"),
    "es": read_fixture("es-foro-olivos.txt"),
    "ja": read_fixture("ja-sanpo.txt"),
    "zh": (
        "星期六早上我们坐第一班公共汽车去了老城的市场。天还没有亮,卖菜的人已经把白菜、萝卜和豆腐摆好了。"
        "我母亲认识其中一位大婶,她们一边挑葱一边谈各自的孩子。后来下起了小雨,大家都躲到茶馆的屋檐下面,"
        "老板端出一壶热茶,没有收我们的钱。中午我们走回车站,篮子很重,鞋子也湿了,可是弟弟一路上都在唱歌。"
    ),
    "vi": (
        "Sáng chủ nhật tuần trước, cả nhà tôi dậy sớm để về quê thăm bà ngoại. Con đường qua cánh đồng vừa mới "
        "gặt xong, rơm phơi đầy hai bên lề, xe phải chạy thật chậm. Bà đứng chờ ở cổng từ lúc nào, tay cầm chiếc "
        "quạt nan đã cũ. Bữa trưa có cá kho, rau muống luộc và một bát canh chua mà mẹ tôi nấu mãi không giống. "
        "Ăn xong, bọn trẻ chạy ra ao câu cá với cậu út, còn người lớn ngồi dưới gốc mít nói chuyện mùa màng. Đến "
        "chiều thì trời đổ mưa, cả nhà phải ở lại thêm một đêm, và không ai phàn nàn gì cả."
    ),
    "ru": (
        "В субботу мы всей семьёй поехали на дачу, чтобы выкопать картошку до дождей. Дед встал раньше всех, "
        "наточил лопаты и уже успел поссориться с соседом из-за забора. Работали до обеда, потом сели под "
        "яблоней есть суп, который бабушка привезла в старом термосе. К вечеру мешки стояли в сарае, а мы сидели "
        "на крыльце и слушали, как за рекой гудит поезд. Брат сказал, что в следующем году посадит вдвое меньше, "
        "и все засмеялись, потому что он говорит это каждую осень. Домой вернулись поздно, уставшие, с землёй "
        "под ногтями и полным багажником яблок. На следующий день никто не хотел вставать, и только дед снова "
        "уехал первым автобусом."
    ),
    "ar": (
        "ذهبنا يوم الجمعة إلى بيت جدي في القرية كما نفعل كل شهر تقريبا. كان الطريق مزدحما عند الجسر القديم "
        "فتأخرنا ساعة كاملة، لكن أبي لم يغضب لأن الراديو كان يبث أغنية يحبها. وجدنا جدي جالسا تحت شجرة التين "
        "ومعه جاره الذي يبيع العسل، وكانا يتحدثان عن المطر الذي لم ينزل بعد. ساعدت جدتي في إعداد الخبز، ثم أكلنا "
        "جميعا في ساحة البيت مع أبناء عمي. بعد العصر خرجنا إلى الحقل لنرى الزيتون، وكان أقل من السنة الماضية. "
        "عدنا في الليل ومعنا زجاجة زيت وكيس من التين المجفف، ونام أخي الصغير في السيارة قبل أن نصل إلى المدينة. "
        "وفي الصباح اتصلت جدتي لتسأل هل وصلنا بخير، ثم طلبت منا أن نعود قريبا ومعنا صور الرحلة."
    ),
}
LEFTOVERS = {
    "de": "Als KI-Sprachmodell kann ich leider keine Fahrpläne abrufen.",
    "fr": "En tant que modèle de langage, je ne peux pas consulter les horaires.",
    "es": "Como modelo de lenguaje, no puedo consultar los horarios.",
    "ja": "AI言語モデルとして、私は時刻表を確認できません。",
    "zh": "作为一个人工智能语言模型,我无法查询时刻表。",
    "vi": "Là một mô hình ngôn ngữ, tôi không thể tra cứu lịch tàu.",
    "ru": "Как языковая модель, я не могу проверить расписание.",
    "ar": ":contentReference[oaicite:0]{index=0}",  # no list of Arabic; citation tokens are the same in all languages
}
UNMEASURED = [language for language in LANGUAGES if find_model(MODELS, "lr_ai", language) is None]


@pytest.fixture(scope="module")
def plain() -> dict[str, dict[str, object]]:
    return _judge(TEXTS)


@pytest.fixture(scope="module")
def leftover() -> dict[str, dict[str, object]]:
    return _judge({language: f"{TEXTS[language]}\n\n{LEFTOVERS[language]}" for language in LANGUAGES})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_are_long_enough_and_known_by_their_language(plain, language) -> None:
    assert plain[language]["language"] == language
    assert plain[language]["n_words"] >= 80


@pytest.mark.parametrize("language", UNMEASURED)
def test_without_a_model_there_is_no_score_and_no_origin(plain, language) -> None:
    row = plain[language]
    assert (row["ai_score"], row["ai_llr"], row["origin"]) == (None, None, "undetermined")


@pytest.mark.parametrize("language", UNMEASURED)
def test_without_a_model_nothing_is_said_of_a_text_that_carries_no_sign(plain, language) -> None:
    assert plain[language]["evidence"] == []


@pytest.mark.parametrize("language", UNMEASURED)
def test_a_leftover_is_evidence_and_still_no_score(leftover, language) -> None:
    row = leftover[language]
    found = {item["signal"]: item["nats"] for item in row["evidence"]}
    assert max(found.get("phrase_decisive", 0.0), found.get("phrase_strong", 0.0)) > 1.0
    assert row["ai_score"] is None


@pytest.mark.parametrize("language", UNMEASURED)
def test_a_page_that_declares_its_origin_has_a_score(language) -> None:
    row = _verdict(language, disclosure_ai=1.0)
    assert row["ai_score"] > 0.5
    assert row["origin"] == "ai_generated"


@pytest.mark.parametrize("language", UNMEASURED)
def test_a_date_before_chat_models_is_evidence_and_still_no_score(language) -> None:
    row = _verdict(language, seen=datetime(2012, 5, 1, tzinfo=UTC))
    assert [item["signal"] for item in row["evidence"] if item["nats"] < -1.0] == ["first_seen"]
    assert row["ai_score"] is None


def test_no_language_has_thresholds_without_its_model() -> None:
    calibrated = {stratum.language for stratum in load_calibration(None).ai.strata}
    assert calibrated <= {model.language for model in MODELS if model.kind == "lr_ai"}


def _judge(texts: dict[str, str]) -> dict[str, dict[str, object]]:
    rows = provenance.judge_many(list(texts.values())).iter_rows(named=True)
    return dict(zip(texts, rows, strict=True))


def _verdict(language: str, *, disclosure_ai: float = 0.0, seen: datetime | None = None) -> dict[str, object]:
    documents = pl.DataFrame({"doc_id": ["1"], "language": [language], "n_words": [200]})
    signals = pl.DataFrame({"disclosure_ai": [disclosure_ai]})
    dates = pl.Series([seen], dtype=pl.Datetime("us", "UTC"))
    return judge_batch(documents, signals, load_calibration(None), first_seen=dates).row(0, named=True)
