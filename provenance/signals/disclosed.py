"""Sentences by which a page says that a machine wrote it: what follows "this article was", in twelve languages.

The list has the beginnings ("this article was", "dieser Text wurde"); here is how they go on. The poorer form (a
named group) says that a model helped, edited or translated. A sentence with a negation has none of these forms.
"""

_MAKERS = (
    r"chat ?-?gpt|(?:chat)?gpt-?\d[\w.-]*|open ?ai|claude(?: ai| \d[\w.]*| opus| sonnet| haiku)|(?:google )?gemini"
    r"|(?:microsoft )?copilot|perplexity(?: ai)?|deepseek(?:-\w+)?|grok|llama-?\d?|mistral|google bard"
)
_AI = (
    r"a\.?i\.?|genai|(?:generative )?artificial intelligence|generative ai|ki|k[üu]nstliche[rn]? intelligenz|ia"
    r"|intelligence artificielle|inteligencia artificial|inteligência artificial|intelligenza artificiale"
    r"|kunstmatige intelligentie|sztuczn\w+ inteligencj\w+|ии|нейросет\w+"
    r"|искусственн\w+ интеллект\w*|trí tuệ nhân tạo"
    r"|(?:large )?(?:ai )?language models?|(?:ki-)?sprachmodell\w*|mod[eè]le de langage|modelo de lenguaje"
    r"|modelo de linguagem|modello linguistico|taalmodel|model\w* językow\w+|языков\w+ модел\w+|mô hình ngôn ngữ"
)
# An author may be called Claude, and "AI researchers" are people: after a tool the phrase ends, or a small word comes.
_WHAT = (
    r"(?:(?:language )?models?|tools?|chatbots?|systems?|assistants?|algorithms?|bots?|technology|software|writers?)"
)
_SMALL = (
    r"(?:and|but|with|without|under|based|as|for|in|on|from|then|or|at|via|to|et|mais|avec|puis|pour|y|con|pero|para"
    r"|e|ma|per|com|mas|por|following|after|before)\b"
)
_TOOL = rf"(?:{_MAKERS}|{_AI})(?: {_WHAT})?(?![\w-])(?=\s*(?:$|[.,;:!()\[\]*\"”\n]|[–—|])| {_SMALL})"
_TOOL_END = rf"(?:{_MAKERS}|{_AI})(?![\w-])"
_NOT = r"(?!(?:nicht|ohne|keine?\w*|hilfe|unterstützung|niet|geen|zonder|не|без)\b)"
_LY = r"(?: (?:entirely|automatically|partly|partially|in part|in full|largely|mostly|fully|completely))?"
_HELP_EN = r"(?P<helped>(?: the)? (?:help|assistance|aid|support) (?:of|from))"

STATEMENTS = {
    "made_en": r"(?: (?:automatically|entirely|partly|partially|largely|mostly|fully|originally"
    r"|initially|in part))? (?:written|generated|created|produced|drafted|composed|authored|(?P<edited>edited))"
    rf"{_LY} (?:by|using|with|through)(?:{_HELP_EN}|(?: the)? use of)?(?: an?| the)? {_TOOL}(?!\s*\?)",
    "made_de": rf"(?: {_NOT}[\w-]+){{0,3}} (?:mit|von|durch|per|mithilfe"
    rf"|unter)(?P<helped> (?:der )?(?:hilfe|unterstützung))?"
    rf"(?: (?:verwendung|einsatz|nutzung|zuhilfenahme))?(?: von)?(?: (?:der|einer|einem|eines))? {_TOOL_END}"
    rf"(?: {_NOT}[\w-]+){{0,3}} (?:erstellt|geschrieben|generiert|verfasst|erzeugt|produziert)\b",
    "made_fr": r"(?: \w+ment| en partie)? (?:rédigé|généré|écrit|créé|produit)e?s?(?: \w+ment| en partie)?"
    r" (?:par|avec|via|grâce à|à)(?P<helped> l['’]aide d(?:e|['’]))?(?: ?l['’]| une| un| la|) ?"
    rf"{_TOOL}(?!\s*\?)",
    "made_es": r"(?: \w+mente)? (?:escrit|generad|cread|redactad|elaborad|producid)[oa]s?(?: \w+mente)?"
    r" (?:por|con|mediante|usando|utilizando)(?P<helped>(?: la)? (?:ayuda|asistencia|apoyo) de)?(?: el uso de)?"
    rf"(?: (?:la|una|un))? {_TOOL}(?!\s*\?)",
    "made_it": r"(?: \w+mente)? (?:scritt|generat|creat|redatt|prodott|realizzat)[oaie](?: \w+mente)?"
    r" (?:dall['’]|da|con|tramite|mediante|usando|utilizzando)(?P<helped> l['’](?:aiuto|ausilio) (?:di|dell['’]))?"
    rf"(?: ?l['’]| un['’]| una| un|) ?{_TOOL}(?!\s*\?)",
    "made_pt": r"(?: \w+mente)? (?:escrit|gerad|criad|redigid|elaborad|produzid)[oa]s?(?: \w+mente)?"
    r" (?:por|pela|com|usando|utilizando)(?P<helped>(?: a| o)? (?:ajuda|auxílio|apoio) d[eao])?(?: (?:uma|um|a))?"
    rf" {_TOOL}(?!\s*\?)",
    "made_nl": rf"(?: {_NOT}[\w-]+){{0,2}}(?: (?:geschreven|gegenereerd|gemaakt|opgesteld))? (?:door|met)"
    rf"(?P<helped> (?:be)?hulp van)?(?: een)? {_TOOL_END}(?: (?:geschreven|gegenereerd|gemaakt"
    rf"|opgesteld)\b|(?=[.,;\n]|$))",
    "made_pl": r" (?:\w+ie )?(?:napisan|wygenerowan|stworzon|utworzon)[yaeo]"
    r" (?:przez|przy (?:użyciu|(?P<helped>pomocy|wsparciu))|za pomocą|z (?:użyciem|wykorzystaniem|pomocą))"
    rf"(?: (?:narzędzi\w*|model\w*))? {_TOOL_END}",
    "made_ru": rf"(?: был[аоы]?)?(?: {_NOT}\w+)? (?:написан|создан|сгенерирован|составлен)[аоы]?"
    rf" (?:при помощи |с (?:помощью|использованием|применением) )?{_TOOL_END}",
    "made_zh": r"[^。！？\n不没未]{0,12}?(?:AI|人工智能|人工智慧|ChatGPT|大模型|大语言模型"
    r"|DeepSeek|文心一言|豆包|通义千问|Kimi)"
    r"[^。！？\n不没未]{0,8}?(?:生成|撰写|撰寫|创作|創作|编写|編寫|(?P<helped>辅助|輔助|翻译|翻譯))",
    "made_ja": r"[^。！？\n]{0,10}?(?:生成AI|AI|ChatGPT|GPT-?\d\w*|人工知能)(?:によって|により|が|で"
    r"|を(?:使用|利用|活用|使っ|用い)[^。、\n]{0,4})(?:自動)?(?:生成|作成|執筆"
    r"|書か)(?![^。\n]{0,14}(?:ない|ません|ず))",
    "made_vi": r" (?:\w+ )?(?:viết|tạo(?: ra)?|soạn(?: thảo)?|biên soạn) (?:bởi|bằng"
    r"|nhờ|với(?P<helped> sự (?:trợ giúp|hỗ trợ) của)?)"
    rf"(?: công cụ)? {_TOOL_END}",
}  # fmt: skip
