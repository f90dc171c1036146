"""What keys of a pack and functions mean, in a line: what editors show beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from groupbuy.texts import Text

_ROWS = (
    # a pack
    ("groupbuy", "The version of the rule language.", "规则语言的版本。", (1,)),
    ("pack", "The name of the pack.", "规则包的名称。", ("our_company",)),
    ("for", "The leads that the pack is for; without it, all.", "适用于哪些客户；不写则全部。",
     ('sector == "service"',)),
    ("version", "The version of this pack.", "本规则包的版本。", ("2026-11",)),
    ("fields", "Fields that this pack adds to the lead model.", "给客户资料增加的字段。", ()),
    ("changes", "What this pack changes of lower ones: only what is written here changes.",
     "对下层规则包的改动：只改这里写出的部分。", ()),
    # every entry
    ("title", "What people see instead of the name.", "显示给人看的名称。",
     ({"en": "Fit", "zh": "匹配度"},)),
    ("because", "Why, in the salesperson's words; {names} are filled in.",
     "理由，用销售员的话说；{名称} 会填入数值。", ("已 {days_quiet} 天没有联系",)),
    ("source", "Where the rule comes from.", "规则的出处。", ()),
    ("owner", "Who answers for it.", "谁负责。", ()),
    ("tags", "Words to choose by.", "标签，用于筛选。", (["talk"],)),
    ("locked", "Why nobody above may change it.", "为什么上层不得改动。", ("Law 法律规定",)),
    ("effective", "The days on which it counts, both included.", "生效日期，首尾都算。",
     ({"from": "2026-12-01", "until": "2027-02-28"},)),
    ("allow", "Findings of check that are meant, each with the reason.",
     "check 的发现中有意为之的，逐条说明理由。", ({"gap": "orders in between go to the shop"},)),
    # values
    ("value", "The value: an expression; in a grade, a word.", "取值：算式；分级里是一个词。",
     ("budget / headcount",)),
    ("when", "When it holds: a condition.", "何时成立：一个条件。", ("budget >= 100000",)),
    ("if", "For whom it has a value at all; elsewhere it does not apply.",
     "对谁才有取值；其余不适用。", ("bought_ever",)),
    ("of", "The number that is cut into bands.", "按哪个数分档。", ("spend_12m",)),
    ("bands", "Bands of a number; `from` is included, one band may do without.",
     "数值分档；from 含本数，可有一档不写 from。", ({"A": {"from": 500000}, "B": {}},)),
    ("from", "The number or setting from which the band counts, included.",
     "本档的起点（含），可写数或参数名。", (500000,)),
    ("by", "The choice that tells cases apart.", "按哪个选项分情况。", ("stage",)),
    ("cases", "What counts for each word; `else` for all the rest.",
     "每个词各取什么；else 表示其余。", ()),
    ("rows", "From top to bottom, the first that holds; one without when: is for the rest.",
     "从上到下，第一条成立的算；不写 when 的一行收其余。", ()),
    ("pick", "only: two rows that hold and disagree leave the value open.",
     "only：若有两行同时成立且不一致，则视为未知。", ()),
    ("before", "The row in front of which this one stands.", "放在哪一行之前。", ()),
    ("rank", "The number that leads are ordered by.", "按哪个数排名。", ("profit_12m",)),
    ("among", "Who is ranked: a condition.", "哪些客户参加排名：一个条件。", ("bought_12m",)),
    ("within", "Groups that are ranked apart.", "分组排名。", ("region",)),
    ("cuts", "The pieces of a ranking, best first.", "名次切段，好的在前。",
     ({"super": {"top": "1%"}, "small": {}},)),
    ("otherwise", "What leads get that are not ranked.", "不参加排名的客户取什么。", ()),
    ("top", "The best so many, or such a share of all.", "最好的几名，或占比。", ("1%", 30)),
    ("next", "So many after the cuts before, or such a share.", "接着的几名，或占比。", ("4%",)),
    ("holds", "As many as together hold this share of the total.", "合计占总额的多少。", ("80%",)),
    ("spend", "The cost of each, taken while it fits into up_to.", "每家的花费，不超过 up_to。",
     ("visit_cost",)),
    ("up_to", "The most that may be spent.", "花费上限。", ("marketing_budget",)),
    # facts
    ("table", "A CSV or Excel file with the rows, bands or cases; with per:, the table to cut.",
     "存放各行、各档或各情况的 CSV 或 Excel 文件；写了 per: 时是要按期汇总的表。",
     ("rates.xlsx", "orders")),
    ("per", "The length of a period.", "每期长度。", ("quarter",)),
    ("last", "How many complete periods.", "最近几个完整的期。", (4,)),
    ("columns", "The columns of the new table, aggregates over each period.",
     "新表的列，对每期汇总。", ({"amount": "sum(orders.amount)"},)),
    # gates
    ("verdict", "stop: not sold to; hold: no proposal until settled; terms: only on these terms.",
     "stop 不做；hold 未解决前不报价；terms 有条件地做。", ("hold",)),
    ("unknown", "What to do while nobody knows whether it holds.", "还不知道是否成立时怎么办。",
     ("pass",)),
    ("each", "The table for each of whose rows it is asked.", "对哪个表的每一行判断。",
     ("requirements",)),
    # scores
    ("range", "The lowest and the highest score.", "最低分和最高分。", ([0, 100],)),
    ("rules", "Rules whose points add up.", "各条规则的得分相加。", ()),
    ("points", "The points that it gives.", "得几分。", (10,)),
    ("weights", "Components and how much each weighs.", "各组成部分及权重。",
     ({"practicality": 40, "safety": 30},)),
    # plays
    ("do", "What to do.", "做什么。", ({"en": "Call back", "zh": "回访"},)),
    ("who", "Who does it.", "谁来做。", ({"en": "salesperson", "zh": "销售员"},)),
    ("due", "Until when: days from today, or a date.", "期限：从今天起几天，或日期。", (7,)),
    ("lead", "A new lead that the play creates: fields and expressions.",
     "行动产生的新客户：字段和算式。", ()),
    # settings
    ("type", "What kind of value it is.", "取值的类型。", ("money",)),
    ("unit", "What is counted.", "单位。", ({"en": "days", "zh": "天"},)),
    ("min", "The least it may be.", "最小值。", (0,)),
    ("max", "The most it may be.", "最大值。", (100,)),
)  # fmt: skip

MEANINGS: Mapping[str, tuple[Text, tuple[Any, ...]]] = {
    key: (Text.of(en=en, zh=zh), examples) for key, en, zh, examples in _ROWS
}
"""For each key what it means, and examples."""


def explained(schema: Any, lang: str) -> Any:
    """A schema whose known keys say what they mean; what a section says itself comes first."""
    if isinstance(schema, list):
        return [explained(item, lang) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: explained(item, lang) for key, item in schema.items()}
    properties = found.get("properties")
    if isinstance(properties, dict) and "until" not in properties:
        found["properties"] = {key: _said(key, item, lang) for key, item in properties.items()}
    return found


def _said(key: str, schema: Any, lang: str) -> Any:
    meaning = MEANINGS.get(key)
    if meaning is None or not isinstance(schema, dict) or "description" in schema:
        return schema
    text, examples = meaning
    said = {"description": text.get(lang), **({"examples": list(examples)} if examples else {})}
    # Draft-07 reads nothing beside a reference.
    return {"allOf": [schema], **said} if "$ref" in schema else {**schema, **said}
