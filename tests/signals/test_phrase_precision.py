"""People write about chat models, quote them and list what they say: none of that is decisive."""

import polars as pl
import pytest

from provenance.signals.phrases import ChatPhrases

NEWS = [
    "ChatGPT refused the request. As an AI language model, I cannot write that, it told the reporter.",
    "The chatbot replied: I'm sorry, but I can't assist with that.",
    "Asked about the mayor, ChatGPT answered:\nAs of my last knowledge update in 2021, he was still in office.",
    "Lawyers for OpenAI said on Monday that the model had been trained on public data.",
    "The minister's speech contained the words as an AI language model, and nobody noticed until the evening.",
    "Peer reviewers missed that the paper began with Certainly, here is a possible introduction for your topic.",
    "GPT-3 is a large language model trained by OpenAI and released in 2020.",
    "Amazon listings named I'm sorry but I cannot fulfill this request it goes against OpenAI use policy went viral.",
    "Google presented Bard, which it describes as a large language model, at a conference in Paris.",
    "The firm uses the system as an AI assistant in its call centres, my colleague reports.",
    "Anthropic calls Claude an assistant. My knowledge cutoff is early 2025, it says when asked.",
    "A judge fined two lawyers after ChatGPT invented cases; regenerate response was the only button they knew.",
]
QUOTES = [
    "He had left “As an AI language model, I cannot” in the second paragraph.",
    'He had left "As an AI language model, I cannot" in the second paragraph.',
    "He had left 'As an AI language model, I cannot' in the second paragraph.",
    "He had left ‘As an AI language model, I cannot’ in the second paragraph.",
    "Il avait laissé « En tant que modèle de langage, je ne peux pas » dans son texte.",
    "Er hatte „Als KI-Sprachmodell kann ich“ stehen lassen.",
    "Er hatte »Als KI-Sprachmodell kann ich« stehen lassen.",
    "彼は「AI言語モデルとして、私は感情を持ちません」という一文を残していた。",
    "他在文章里留下了“作为一个人工智能语言模型，我没有感情”这句话。",
    "他在文章裡留下了「作為一個人工智能語言模型，我沒有感情」。",
    "Zostawił „Jako model językowy nie mam opinii” w drugim akapicie.",
    "Он оставил «Как языковая модель, я не могу» во втором абзаце.",
    "Dejó «Como modelo de lenguaje, no puedo opinar» en el segundo párrafo.",
    "The footer `As an AI language model, I cannot` was still there.",
    "> As an AI language model, I cannot have an opinion.\n\nThat is what my pupil handed in.",
]
LISTS = [
    "Phrases ChatGPT overuses: delve, tapestry, as an AI language model, it is important to note.",
    "Ten signs of a generated review\n- as an ai language model\n- I cannot fulfill this request\n- delve\n",
    "Words to cut from your draft\n\nAs an AI language model...\nCertainly! Here is...\nI hope this helps!\n",
    "Look out for citation tokens such as oaicite, contentReference and turn0search0 in submissions.",
    "The remains of a pasted answer are turn0search0, navlist and oaicite.",
    "| phrase | count |\n| as an AI language model, I | 12 |\n| regenerate response | 3 |",
    "Editors delete articles with tokens like :contentReference[oaicite:0]{index=0} at once; ChatGPT leaves them.",
    "Some chatbots leave 【12†source】 in their answers, which editors of the encyclopaedia search for.",
    "Common leftovers of AI text are [cite_start] and [cite: 1], says the guide to generative AI.",
]
CODE = [
    'if "as an ai language model" in reply.lower():\n    retry()',
    "mustNotMatch: [/lorem ipsum|as an ai language model/i],",
    "BANNED = ['as an ai language model, i', 'regenerate response']",
    "```\nAs an AI language model, I cannot do that.\n```\nThis is how the filter is tested.",
    "text = re.sub(r'【\\d+†source】', '', text)  # tokens of the assistant",
    'citations[f"turn0search{i + 1}"] = {"url": url}',
    "The template wraps a turn in <|im_start|>user and <|im_end|>; Llama uses [INST] and [/INST].",
    "DeepSeek puts its reasoning between <think> and </think>, so strip that first.",
    "### Instruction:\nTranslate the sentence.\n### Response:\nThe format of Alpaca, in short.",
    "Filter sessions in GA4 by utm_source=chatgpt.com to see what the chatbot sends you.",
    "A visit then looks like https://example.com/?utm_source=chatgpt.com in the log.",
    "The download link sandbox:/mnt/data/table.csv does not work, what am I doing wrong?",
]
TUTORIALS = [
    "Prompt: Write a 500-word SEO article about garden sheds.",
    "Start your prompt with act as an SEO expert, then give the topic.",
    "In ChatGPT press Regenerate response if you do not like what you see.",
    "Replace [Your Name] and [Your Company] in our template before you send the letter.",
    "User: write a poem. Assistant: Sure, here is one. So goes a typical exchange with a chatbot.",
    "We fine-tuned BERT as an AI language model for my thesis on court rulings.",
    "You can use GPT-4 as an AI assistant, I do it every day.",
]
FORUM = [
    "Does anybody else get I'm sorry, but I can't assist with that for every question about chemistry?",
    "As of my last update in June I was twenty weeks pregnant. Well, the baby is here!",
    "I asked it for a recipe and it said as an AI language model I don't eat. Thanks, ChatGPT.",
    "lol, your comment reads like as an AI language model, I cannot take sides",
    "You forgot to remove as an AI language model from your homework, mate.",
    "I'm sorry, but I cannot provide a refund after thirty days. Let me know if you need any further assistance.",
    "He thought for a few seconds and moved the rook.",
    "This article was clearly generated by AI, and I want my five minutes back.",
    "If this article was written by AI I will eat my hat.",
    "I don't have personal opinions or beliefs on the matter, I only keep the minutes.",
]


@pytest.mark.parametrize("text", [*NEWS, *QUOTES, *LISTS, *CODE, *TUTORIALS, *FORUM])
def test_who_writes_about_chat_models_leaves_nothing_decisive(text: str):
    measured = ChatPhrases().measure(pl.DataFrame({"text": [text]}))
    assert measured["phrase_decisive_count"].item() == 0, measured["phrase_hits"].to_list()
