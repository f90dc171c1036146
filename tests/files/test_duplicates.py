"""Leads that are probably one customer."""

import random
import sys
import time

import pytest

from groupbuy.errors import Source
from groupbuy.files.duplicates import duplicates
from groupbuy.model.lead import Lead, read_record
from groupbuy.model.model import LeadModel, load_model
from groupbuy.source.yaml import read_yaml

MODEL = """\
groupbuy: 1
fields:
  id:   {type: text, required: true}
  name: {type: text}
  uscc: {type: text}
  city: {type: text}
"""


def model_of(text: str) -> LeadModel:
    return load_model(read_yaml(Source("lead.yaml", text)))


def lead(model: LeadModel, number: int, name: str, city: str = "上海", uscc: str = "") -> Lead:
    items = {"id": f"L{number}", "name": name, "city": city, "uscc": uscc}
    items = {key: value for key, value in items.items() if key in model.fields}
    found = read_record(model, items, lambda *_: Source("a.csv", "").at(number))
    assert isinstance(found, Lead)
    return found


def pairs(*leads: tuple[str, ...], text: str = MODEL) -> list[str]:
    model = model_of(text)
    made = [lead(model, number, *values) for number, values in enumerate(leads, 1)]
    problems = duplicates(made, model)
    assert all((p.code, p.severity) == ("lead-duplicate", "warning") for p in problems)
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (
            ("甲", "北京", "91310000MA1K35U12X"),
            ("乙", "上海", "9131 0000-ma1k35u12x"),
            "the same reg",
        ),
        (("华鑫实业有限公司",), ("华鑫实业",), "the same name"),
        (("上海华鑫实业有限公司",), ("华鑫实业(集团)股份有限公司", "上海市"), "the same name"),
        (("Acme Trading Co., Ltd.", "London"), ("ACME Trading", "london"), "the same name"),
        (("国营长虹机械制造厂",), ("国营长虹机械制造工厂",), "nearly the same name"),
        (
            ("华鑫达实业发展进出口贸易公司",),
            ("华鑫达实业发展出进口贸易公司",),
            "nearly the same name",
        ),
        (("华鑫实业", ""), ("华鑫实业公司", ""), "the same name"),
    ],
)
def test_found(first, second, why):
    (problem,) = pairs(first, ("某不相干的单位",), second)
    assert problem.startswith("a.csv:3: lead-duplicate L3 ")
    assert f'and L1 "{first[0]}" (a.csv:1) have {why}' in problem


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("上海市第一人民医院南院",), ("上海市第二人民医院南院",)),
        (("国家税务总局某某区税务局",), ("国家税务总局某某县税务局",)),
        (("中国某某银行人民东路支行",), ("中国某某银行人民西路支行",)),
        (("某某中学2号食堂管理处",), ("某某中学3号食堂管理处",)),
        (("华鑫实业",), ("华鑫实业", "北京")),
        (("华鑫实业",), ("华盛实业",)),
        (
            ("国营长虹机械制造厂", "上海", "913100001"),
            ("国营长虹机械制造工厂", "上海", "913100002"),
        ),
        (("甲公司", "上海", "无"), ("乙公司", "上海", "无")),
        (("",), ("",)),
        (("公司",), ("集团有限公司",)),
    ],
)
def test_not_found(first, second):
    assert pairs(first, second) == []


def test_without_the_extra_only_what_is_equal_once_folded(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    monkeypatch.setitem(sys.modules, "rapidfuzz.fuzz", None)
    assert pairs(("国营长虹机械制造厂",), ("国营长虹机械制造工厂",)) == []
    assert len(pairs(("华鑫实业有限公司",), ("华鑫实业",))) == 1


def test_models_with_less():
    assert (
        pairs(("甲",), ("甲",), text="groupbuy: 1\nfields: {id: {type: text, required: true}}")
        == []
    )
    private = MODEL.replace("name: {type: text}", "name: {type: text, pii: true}")
    (problem,) = pairs(("华鑫实业",), ("华鑫实业公司",), text=private)
    assert "华鑫" not in problem


def test_many_that_are_the_same_are_counted():
    problems = pairs(*[("华鑫实业",)] * 200)
    assert len(problems) == 51
    assert 'L2 "华鑫实业" and L1 "华鑫实业" (a.csv:1)' in problems[0]
    assert problems[-1] == "lead-duplicate and 149 more leads that are probably given twice"


@pytest.mark.parametrize("signs", ["华鑫盛达兴隆泰和", "华"])
def test_five_thousand_leads_of_one_city(signs):
    luck = random.Random(1)
    names = ["".join(luck.choices(signs, k=luck.randint(5, 20))) for _ in range(5000)]
    model = model_of(MODEL)
    leads = [lead(model, number, name) for number, name in enumerate(names, 1)]
    start = time.process_time()
    assert duplicates(leads, model)
    assert time.process_time() - start < 1


def test_the_order_of_leads_decides_which_is_the_first_and_nothing_else():
    names = [
        ("华鑫实业有限公司",),
        ("国营长虹机械制造厂",),
        ("华鑫实业",),
        ("国营长虹机械制造工厂",),
    ]
    assert len(pairs(*names)) == len(pairs(*reversed(names))) == 2
