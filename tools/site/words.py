"""The few words of the reference that the code does not have, in the languages of its readers."""

from __future__ import annotations

from groupbuy.texts import Text

WORDS = {
    key: Text.of(en=en, zh=zh)
    for key, en, zh in (
        ("fields", "Fields of a lead", "客户资料的字段"),
        ("fields_about",
         "What a lead file may hold and a rule can read; both take every name, title and alias. "
         "`groupbuy rules names` lists the same for your own rules.",
         "客户文件里可以填、规则里可以读的内容。字段名、中文名、别名写哪个都行。"
         "`groupbuy rules names --lang zh` 按你自己的规则列出同样的内容。"),
        ("name", "name", "名称"),
        ("called", "title", "中文名"),
        ("kind", "kind of value", "类型"),
        ("more", "words, bounds, other names", "可选的词、范围、别名"),
        ("others", "Other fields", "其他字段"),
        ("names", "Names of the shipped rules", "自带规则定义的名称"),
        ("names_about",
         "What the shipped packs define: settings to tune, values for rules of your own to read. "
         "What they say of one lead: `groupbuy explain`; where a value comes from: `groupbuy rules "
         "show NAME`.",
         "自带规则包定义的内容：可调的参数，以及自己的规则可以引用的推算值、评分和分级。"
         "某个客户的结果看 `groupbuy explain`，某个取值的来历看 `groupbuy rules show 名称`。"),
        ("settings", "Settings", "参数"),
        ("facts", "Facts", "推算值"),
        ("scores", "Scores", "评分"),
        ("grades", "Grades", "分级"),
        ("reserved", "Names that always exist", "总是存在的名称"),
        ("value", "value", "取值"),
        ("pack", "pack", "规则包"),
        ("functions", "Functions", "函数"),
        ("functions_about",
         "What an expression can call. A plugin's functions have its name in front.",
         "算式里可以用的函数。插件的函数以插件名开头。"),
        ("written", "written", "写法"),
        ("meaning", "meaning", "意思"),
        ("sections", "Sections of a pack", "规则包的各段"),
        ("sections_about",
         "What may stand in a rule file. `RULE`, `ROW`, `BAND` … stand for names that you choose; "
         "**bold** keys must be there.",
         "规则文件里可以写什么。`RULE`、`ROW`、`BAND` 等是自己起的名字；**粗体**的必须写。"),
        ("file", "The file", "整个文件"),
        ("every", "Keys of every entry", "每个条目都可以写的"),
        ("forms", "Value forms", "取值的写法"),
        ("forms_about", "Wherever a section takes a value, these keys may stand.",
         "凡是可以写取值的地方，都可以用下面这些键。"),
        ("takes_value", "Also takes a value: an expression, or a value form.",
         "也可以直接写取值：一个算式，或上面的任一种写法。"),
        ("key", "key", "键"),
        ("example", "example", "例子"),
    )
}  # fmt: skip

SECTIONS = {
    "settings": "有名字的常数，经理要调的数都放在这里。类型可以写明，不写就按取值的样子定。",
    "facts": "有名字的取值。`表.列` 是每一行各有一个值；写 `per:` 则按期汇总成一张新表。",
    "gates": "门槛：成立就给出结论；一个客户的结论取其中最严的一个。",
    "scores": "一定范围内的分数；还有未知时，有下限和上限。",
    "grades": "分级：结果是一个词，写在各档、各情况、各行或各段里。",
    "plays": "行动：成立就是一件要做的事；写 `by` 则每种情况一件。",
}


def word(key: str, lang: str) -> str:
    """One of the words of these pages."""
    return WORDS[key].get(lang)
