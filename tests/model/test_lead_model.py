"""Declarations: what a lead model says, and what is refused."""

from pathlib import Path

import pytest

from groupbuy.errors import GroupbuyError, Source
from groupbuy.model.model import LeadModel, load_model
from groupbuy.source.yaml import read_source, read_yaml
from groupbuy.texts import Text
from groupbuy.tree.types import Kind

SHIPPED = Path(__file__).parents[2] / "rules" / "lead.yaml"

DESIGN = """\
groupbuy: 1
fields:
  id:            {type: text, required: true, title: {en: Lead, zh: 客户编号}}
  customer_type: {type: choice, of: {office: {zh: 办公类}, welfare: {zh: 福利性, aliases: [福利]}, gift: {zh: 礼品类}}, title: {en: Type, zh: 团购类型}}
  stage:         {type: choice, ordered: true, of: [identify, know, trust, commit, keep]}
  budget:        {type: money, aliases: [预算], ask: {en: "What is the budget?", zh: "预算是多少？"}}
  headcount:     {type: integer, unit: people, min: 1}
  share_of_wallet: {type: percent}
  growth_rate:   {type: percent, min: -1, max: 3}
  do_not_call:   {type: flag, default: false}
  churn_causes:  {type: choices, of: [novelty, competitor, dissatisfied], since: trust}
  orders:        {type: table, order: date, fields: {date: {type: date}, amount: {type: money, title: {zh: 金额}}, category: {type: text}}}
  电话:          {type: text, pii: true}
"""  # noqa: E501 - as in the design


def model_of(text: str) -> LeadModel:
    return load_model(read_yaml(Source("lead.yaml", text)))


def problems_of(text: str) -> list[str]:
    with pytest.raises(GroupbuyError) as caught:
        model_of(text)
    return [f"{p} | {p.hint}" for p in caught.value.problems]


def fields(*lines: str) -> str:
    start = "groupbuy: 1\nfields:\n  id: {type: text, required: true}\n"
    return start + "".join(f"  {line}\n" for line in lines)


def test_the_model_of_the_design():
    model = model_of(DESIGN)
    assert list(model.entries)[:3] == ["id", "customer_type", "stage"]
    assert list(model.tables) == ["orders"]
    kind = model.fields["customer_type"]
    assert kind.type.values == ("office", "welfare", "gift")
    assert kind.value_titles["welfare"].get("zh") == "福利性"
    assert kind.read("福利") == "welfare"
    assert kind.title.get("en") == "Type"
    assert model.fields["stage"].type.ordered
    assert model.fields["budget"].ask.get("zh") == "预算是多少？"
    assert model.fields["budget"].type.form == "money"
    assert model.fields["budget"].type.exact
    assert (model.fields["headcount"].type.low, model.fields["headcount"].min) == (1.0, 1.0)
    share, rate = model.fields["share_of_wallet"].type, model.fields["growth_rate"].type
    assert (share.low, share.high) == (0.0, 1.0)
    assert (rate.low, rate.high) == (-1.0, 3.0)
    assert model.fields["do_not_call"].default is False
    assert model.fields["churn_causes"].type.kind is Kind.CHOICES
    assert model.fields["churn_causes"].since == "trust"
    assert model.fields["电话"].pii
    orders = model.tables["orders"].type
    assert [name for name, _ in orders.columns] == ["date", "amount", "category"]
    assert orders.order == "date"
    assert str(model.fields["budget"].at) == "lead.yaml:6:3"


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("budget", "budget"),
        ("Budget", "budget"),
        ("ＢＵＤＧＥＴ", "budget"),
        ("预算", "budget"),
        ("团购类型", "customer_type"),
        ("Customer Type", "customer_type"),
        ("type", "customer_type"),
        ("订单", None),
        ("orders", "orders"),
    ],
)
def test_names(word, name):
    assert model_of(DESIGN).resolve(word) == name


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("a: {type: txt}", '4:13: model-type "txt" is not a type | did you mean "text"?'),
        ("a: text", "model-shape a is a mapping, not a text | write a: {type: text}"),
        ("a: {title: A}", "model-type a has no type"),
        ("a: {type: text, requried: true}", 'model-key "requried" means nothing here | did you'),
        ("a: {type: text, min: 1}", 'model-key "min" means nothing here'),
        ("a: {type: number, min: x}", "model-shape a bound is a number"),
        ("a: {type: number, min: true}", "model-shape a bound is a number"),
        ("a: {type: number, min: 2, max: 1}", "model-bounds a: max 1 is less than min 2"),
        ("a: {type: percent, max: 100}", "model-bounds a: max is 10000% | 100% is 1"),
        ("a: {type: flag, required: maybe}", "model-shape this is a text | write true or false"),
        ("a: {type: number, default: many}", 'model-default the default of a: "many" is not a num'),
        ("a: {type: number, max: 5, default: 6}", "model-default the default of a: 6 is more"),
        ("a: {type: text, default: }", "model-default a can't have this default: it is blank"),
        ("a: {type: text, default: x, required: true}", "model-default a can't have this default"),
        ("a: {type: choice}", "model-choices a has no words to choose from"),
        ("a: {type: choice, of: []}", "model-choices a has no words to choose from"),
        ("a: {type: choice, of: x}", "model-choices a has no words to choose from"),
        ("a: {type: choice, of: [x, x]}", 'model-choices a: "x" stands for two choices'),
        ("a: {type: choice, of: [x, null]}", "model-shape a choice is expected here, not nothing"),
        ("a: {type: choice, of: [x, [y]]}", "model-shape a choice is expected here, not a list"),
        ("a: {type: choice, of: {x: {zh: 甲}, y: {aliases: [甲]}}}", '"甲" stands for two choices'),
        ("a: {type: choice, of: {x: {title: 甲}}}", 'model-key "title" means nothing here'),
        ("a: {type: text, title: {fr: A}}", 'model-key "fr" means nothing here | one of en, zh'),
        ("a: {type: text, aliases: x}", "model-shape aliases are a list, not a text"),
        ("a: {type: text, aliases: [ID]}", 'model-name-clash "ID" means both id (lead.yaml:3:3)'),
        ("a: {type: text, title: {en: Id}}", 'model-name-clash "Id" means both id'),
        ("today: {type: date}", 'model-reserved-name today: "today" is a name of the rule'),
        ("a: {type: text, aliases: [Rank]}", 'model-reserved-name a: "Rank" is a name of the rule'),
        ("a-b: {type: text}", '4:3: model-name "a-b" can\'t be the name of a field'),
        ("1a: {type: text}", 'model-name "1a" can\'t be the name of a field'),
        ("class: {type: text}", 'model-name "class" can\'t be the name of a field'),
        ("__x: {type: text}", 'model-name "__x" can\'t be the name of a field'),
        ("ａｂ: {type: text}", '"ａｂ" can\'t be the name of a field | write ab'),
        ("a: {type: text, since: trust}", 'model-since a: since "trust" is not a stage'),
        ("a: {type: text, group: money}", 'a: there is no group "money" | declare `groups:` first'),
        ("t: {type: table, group: money, fields: {}}", 'model-key "group" means nothing here'),
        (
            "t: {type: table, fields: {a: {type: text, group: x}}}",
            'model-key "group" means nothing',
        ),
        ("t: {type: table}", "model-shape the table t has no fields"),
        ("t: {type: table, fields: [a]}", "model-shape fields are a mapping of names, not a list"),
        ("t: {type: table, fields: {u: {type: table, fields: {}}}}", "model-nested-table t.u: a"),
        (
            "t: {type: table, order: dat, fields: {date: {type: date}}}",
            '"dat" is not a column of t',
        ),
        ("t: {type: table, key: x, fields: {date: {type: date}}}", '"x" is not a column of t'),
        ("t: {type: table, required: true, fields: {}}", 'model-key "required" means nothing'),
        ("t: {type: table, fields: {a: {type: text}, b: {type: text, aliases: [A]}}}", "clash"),
    ],
)
def test_declarations_that_are_refused(line, problem):
    assert any(problem in found for found in problems_of(fields(line))), problems_of(fields(line))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "a lead model is a mapping, not nothing"),
        ("- 1", "a lead model is a mapping, not a list"),
        ("groupbuy: 1", "a lead model has `fields:`"),
        ("groupbuy: 2\nfields: {id: {type: text, required: true}}", "1:11: model-version"),
        ("fields: {id: {type: text, required: true}}", "the first line is `groupbuy: 1`"),
        ("groupbuy: 1\nfields: {a: {type: text}}", "model-id a lead model has a field `id`"),
        ("groupbuy: 1\nfields: {id: {type: number, required: true}}", "model-id"),
        ("groupbuy: 1\nfields: {id: {type: text}}", "model-id"),
        ("groupbuy: 1\nfeilds: {}\nfields: {}", 'did you mean "fields"?'),
    ],
)
def test_models_that_are_refused(text, problem):
    assert any(problem in found for found in problems_of(text))


def test_all_problems_come_at_once():
    found = problems_of(fields("a: {type: txt}", "b: {type: number, min: 2, max: 1}", "rank: x"))
    assert [problem.split()[1] for problem in found] == [
        "model-type",
        "model-bounds",
        "model-shape",
    ]


def test_a_pack_adds_fields():
    node = read_yaml(Source("ours.yaml", "loyalty_card: {type: text, aliases: [会员卡]}"))
    model = model_of(DESIGN)
    more = model.extended(node, owner="ours")
    assert more.resolve("会员卡") == "loyalty_card"
    assert list(more.entries) == [*model.entries, "loyalty_card"]
    assert model.resolve("会员卡") is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("budget: {type: text}", "ours declares budget again, which is declared at lead.yaml:6:3"),
        ("our_budget: {type: text, aliases: [预算]}", '"预算" means both budget (lead.yaml:6:3)'),
        ("new: {type: text, since: trsut}", 'did you mean "trust"?'),
        ("- x", "fields are a mapping of names, not a list"),
    ],
)
def test_fields_that_a_pack_may_not_add(text, problem):
    with pytest.raises(GroupbuyError) as caught:
        model_of(DESIGN).extended(read_yaml(Source("ours.yaml", text)), owner="ours")
    assert any(problem in f"{p} | {p.hint}" for p in caught.value.problems)


# --- the shipped model --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> LeadModel:
    return load_model(read_yaml(read_source(SHIPPED)))


def test_everything_shipped_has_both_languages(shipped):
    missing = []
    for entry in shipped:
        texts = [(entry.name, entry.title)]
        texts += [(f"{entry.name}?", entry.ask)] if entry.ask else []
        columns = entry.fields.values() if entry.name in shipped.tables else [entry]
        for column in columns:
            texts.append((f"{entry.name}.{column.name}", column.title))
            for value in column.type.values:
                texts.append((f"{column.name}={value}", column.value_titles.get(value)))
        for name, text in texts:
            languages = {lang for lang, _ in text.by_language} if text else set()
            if languages != {"en", "zh"}:
                missing.append(name)
    assert missing == []


def test_every_shipped_field_is_in_a_group_with_both_languages(shipped):
    assert [field.name for field in shipped.fields.values() if field.group is None] == []
    assert [
        text.by_language for text in shipped.groups.values() if len(text.by_language) != 2
    ] == []
    assert [title for title, _ in shipped.grouped()] == list(shipped.groups.values())


GROUPS = """groupbuy: 1
groups: {money: {en: Money, zh: 金额}, who: Who, empty: Nobody}
fields:
  id: {type: text, required: true, group: who}
  loose: {type: text}
  budget: {type: money, group: money}
"""


def test_fields_stand_in_their_groups_those_of_packs_in_one_of_their_own():
    def told(model):
        return [
            (title and title.get("en"), [field.name for field in fields])
            for title, fields in model.grouped()
        ]

    own = model_of(GROUPS)
    assert told(own) == [("Money", ["budget"]), ("Who", ["id"]), (None, ["loose"])]
    more = read_yaml(Source("pack", "cold: {type: flag}\nprice: {type: money, group: money}"))
    packs = own.extended(more, owner="fish", title=Text.plain("Fish"))
    assert told(packs) == [
        ("Money", ["budget", "price"]),
        ("Who", ["id"]),
        ("Fish", ["cold"]),
        (None, ["loose"]),
    ]
    wrong = read_yaml(Source("pack", "other: {type: flag, group: mony}"))
    with pytest.raises(GroupbuyError, match="there is no group"):
        own.extended(wrong, owner="fish")


def test_groups_are_a_mapping_of_names():
    text = "groupbuy: 1\ngroups: {}\nfields: {id: {type: text, required: true}}"
    assert model_of(text).groups == {}
    assert "groups are a mapping of names, not a list" in problems_of(text.replace("{}", "[a]"))[0]
    assert "can't be the name" in problems_of(text.replace("{}", "{a b: x}"))[0]


def test_shipped_people_are_personal_data(shipped):
    contacts = shipped.tables["contacts"].fields
    assert {name for name, f in contacts.items() if f.pii} == {"name", "phone", "email", "wechat"}
    assert {name for name, f in shipped.fields.items() if f.pii} == {
        "contact_name",
        "phone",
        "email",
    }


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("客户名称", "name"),
        ("业务员", "owner"),
        ("单位性质", "org_kind"),
        ("人数", "headcount"),
        ("预算", "budget"),
        ("赢率", "probability"),
        ("联系电话", "phone"),
        ("跟进记录", "touches"),
    ],
)
def test_shipped_headers_of_exports(shipped, header, name):
    assert shipped.resolve(header) == name


def test_fields_that_rules_rely_on(shipped):
    assert set(shipped.tables) >= {"orders", "contacts", "competitors", "requirements"}
    assert shipped.tables["orders"].order == "date"
    assert shipped.fields["stage"].type.ordered
    assert shipped.fields["probability"].type.form == "percent"
    assert (shipped.fields["intent"].min, shipped.fields["intent"].max) == (0, 100)
