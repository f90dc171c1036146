"""A result as the engine gives it, by hand: four leads and one set aside, in both languages."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from groupbuy.render.view import Column, View

TITLES = {
    "kind": ("Kind", "类型"),
    "kind.welfare": ("Welfare", "福利性"),
    "customer_type.welfare": ("Welfare", "福利性"),
    "kind.office": ("Office", "办公类"),
    "kind.gift": ("Gift", "礼品类"),
    "priority": ("Priority", "优先级"),
    "priority.A": ("First", "优先"),
    "priority.B": ("Second", "跟进"),
    "fit": ("Fit", "匹配度"),
    "potential": ("Potential", "潜力"),
    "existing": ("Existing", "现有客户"),
    "existing.EI": ("Key account", "重点客户"),
    "pyramid": ("Pyramid", "金字塔"),
    "pyramid.super": ("Top 1%", "顶级客户"),
    "budget": ("Budget", "预算"),
    "per_head": ("Budget per head", "人均预算"),
    "headcount": ("People", "人数"),
    "share_of_wallet": ("Share of wallet", "份额"),
    "novelty_wanted": ("Wants novelty (1 to 5)", "看重新颖（1至5）"),
    "customer_strength": ("Customer's strength", "客户实力"),
    "network": ("Network", "人脉"),
    "growth": ("Growth", "成长性"),
    "bought_ever": ("Ever bought", "买过"),
}
PACKS = {
    "common": ("All leads", "通用"),
    "welfare": ("Welfare", "福利性团购"),
    "office": ("Office", "办公类团购"),
    "government": ("Government bodies", "机关单位"),
}
KINDS = {"budget": "money", "per_head": "money", "share_of_wallet": "percent"}


def view(lang: str, **changes: Any) -> View:
    """What the reader of `lang` sees."""
    number = ("en", "zh").index(lang)
    names = ("kind", "priority", "fit", "existing", "per_head")
    titles = {name: texts[number] for name, texts in TITLES.items()}
    columns = tuple(Column(name, titles[name]) for name in names)
    headings = {name: texts[number] for name, texts in PACKS.items()}
    return View(columns, titles, lang, "CNY", kinds=KINDS, headings=headings, **changes)


def result(lang: str) -> dict[str, Any]:
    """The result with its texts in `lang`."""

    def t(en: str, zh: str) -> str:
        return en if lang == "en" else zh

    first = {
        "id": "L001",
        "name": t("Jianglan Precision Machinery", "江澜精密机械厂"),
        "at": "examples/leads.yaml:12",
        "packs": ["common", "welfare", "government"],
        "rank": 1,
        "verdict": {
            "value": "go",
            "reasons": [],
            "unknown": [
                {
                    "gate": "union_over_cap",
                    "title": t("Over the union cap", "超工会标准"),
                    "then": "pass",
                    "missing": ["fund_source"],
                    "at": "rules/welfare.yaml:59",
                }
            ],
        },
        "facts": {
            "kind": {"value": "welfare", "status": "known"},
            "per_head": {"value": 480.0, "status": "known"},
            "competitors.service_gap": {"value": [0.5, None, -1.0], "status": "known"},
            "spend_12m": {"value": None, "status": "unknown", "missing": ["orders"]},
            "quota": {"value": None, "status": "none"},
        },
        "scores": {
            "fit": {
                "value": 55,
                "low": 55,
                "high": 75,
                "status": "unknown",
                "rules": [
                    {
                        "id": "novelty",
                        "points": 25,
                        "because": t("They want something new: 5 of 5", "看重新颖：5 分"),
                        "facts": {"novelty_wanted": 5},
                        "at": "rules/welfare.yaml:81",
                    },
                    {
                        "id": "per_head",
                        "points": 20,
                        "because": t("¥480 a head", "人均预算 ¥480"),
                        "facts": {"per_head": 480.0},
                        "at": "rules/welfare.yaml:74",
                    },
                    {
                        "id": "growing",
                        "points": 10,
                        "because": t(
                            "Budget ¥480,000 after ¥400,000 last year, so they can afford more of "
                            "what they liked",
                            "预算 ¥480,000，去年 ¥400,000，水涨船高，"
                            "可以在去年满意的品类上再加一档",
                        ),
                        "facts": {"budget": 480000, "budget_last": 400000},
                        "at": "rules/welfare.yaml:78",
                    },
                ],
                "unknown": [
                    {"id": "taste", "missing": ["decider_taste"], "at": "rules/welfare.yaml:88"}
                ],
            },
            "potential": {
                "value": 68.3333333333,
                "low": 68.3333333333,
                "high": 68.3333333333,
                "status": "known",
                "rules": [
                    {
                        "id": name,
                        "points": points,
                        "facts": {name: value},
                        "at": f"rules/common.yaml:{line}",
                    }
                    for name, points, value, line in (
                        ("customer_strength", 29.1666666667, 70, 40),
                        ("network", 20.8333333333, 62.5, 41),
                        ("growth", 18.3333333333, 73.3333333333, 42),
                    )
                ],
                "unknown": [],
            },
        },
        "grades": {
            "priority": {
                "value": "A",
                "status": "known",
                "title": t("First", "优先"),
                "because": t("Fits well, and there is money", "匹配度高，且预算充足"),
                "facts": {"fit": 55, "per_head": 480.0},
                "at": "rules/common.yaml:120",
            },
            "existing": {
                "value": "EI",
                "status": "known",
                "title": t("Key account", "重点客户"),
                "at": "rules/common.yaml:150",
            },
            "loyalty": {
                "value": None,
                "status": "unknown",
                "likely": "B",
                "possible": ["A", "B"],
                "missing": ["share_of_wallet"],
            },
            "pyramid": {"value": None, "status": "none"},
        },
        "plays": [
            {
                "key": "L001/keep/thank",
                "play": "keep",
                "title": t("Look after them", "维护"),
                "do": t(
                    "Let the general manager say thank you in person, and bring the new catalogue",
                    "总经理登门致谢，带上新品目录",
                ),
                "who": t("general manager", "总经理"),
                "due": "2026-12-06",
                "because": t("A key account that has not been visited", "重点客户，本季度未拜访"),
                "tags": ["visit"],
                "facts": {"existing": "EI"},
                "at": "rules/common.yaml:201",
            },
            {
                "key": "L001/start/2026-11-29",
                "play": "start",
                "do": t("Send three samples", "先送三款样品"),
                "due": "2026-11-29",
                "tags": [],
                "facts": {},
                "at": "rules/welfare.yaml:160",
            },
        ],
        "questions": [
            {
                "field": "share_of_wallet",
                "title": t("Share of wallet", "份额"),
                "ask": t("How much of it do they buy from us?", "同类采购里我们占几成？"),
                "settles": ["loyalty"],
                "example": {"0.95": "A", "0.5": "B"},
            },
            {
                "field": "decider_taste",
                "ask": t("Does the chairman like it?", "主席自己喜欢吗？"),
                "settles": ["fit", "priority"],
                "example": {},
            },
        ],
        "nearly": [
            {
                "what": "play",
                "id": "ask_referral",
                "needs": "satisfied >= 60",
                "at": "rules/common.yaml:230",
            }
        ],
        "fields": {"headcount": 1000, "budget": 480000, "occasions": ["mid_autumn", "birthday"]},
    }
    second = {
        "id": "L014",
        "name": t("Harbour District Tax Office", "滨港区税务局"),
        "at": "examples/leads.yaml:310",
        "packs": ["common", "office", "government"],
        "rank": 2,
        "verdict": {
            "value": "hold",
            "reasons": [
                {
                    "gate": "first_trade_credit",
                    "title": t("Credit on a first order", "首单账期"),
                    "verdict": "hold",
                    "because": t(
                        "First time in the trade and asks 90 days", "首次入行且要求账期 90 天"
                    ),
                    "do": t("Prepayment or a guarantee", "预付款或担保"),
                    "facts": {"credit_days_asked": 90, "years_in_trade": 0.5},
                    "at": "rules/common.yaml:88",
                },
                {
                    "gate": "tender",
                    "verdict": "terms",
                    "because": t("Above the tender threshold", "超过招标限额"),
                    "facts": {"budget": 1200000},
                    "at": "rules/industries/government.yaml:31",
                },
            ],
            "unknown": [],
        },
        "facts": {
            "kind": {"value": "office", "status": "known"},
            "per_head": {"value": None, "status": "unknown", "missing": ["headcount"]},
        },
        "scores": {
            "fit": {
                "value": 100,
                "low": 100,
                "high": 100,
                "status": "known",
                "rules": [
                    {"id": "practical", "points": 80, "at": "rules/office.yaml:40"},
                    {"id": "safety", "points": 32.5, "at": "rules/office.yaml:44"},
                    {"id": "range", "points": -12.5, "at": "rules/office.yaml:36"},
                ],
                "unknown": [],
            }
        },
        "grades": {
            "priority": {
                "value": None,
                "status": "unknown",
                "likely": "B",
                "possible": ["A", "B", "C"],
                "missing": ["headcount"],
            },
            "existing": {
                "value": None,
                "status": "unknown",
                "likely": None,
                "possible": ["EI", "EII"],
                "missing": ["orders"],
            },
        },
        "plays": [],
        "questions": [
            {
                "field": "headcount",
                "title": t("People", "人数"),
                "ask": t("How many people is it for?", "一共多少人？"),
                "settles": ["priority"],
                "example": {"300": "A", "2000": "B"},
            }
        ],
    }
    third = {
        "id": "L031",
        "at": "examples/leads.yaml:702",
        "packs": ["common"],
        "rank": 3,
        "verdict": {"value": "go", "reasons": [], "unknown": []},
        "facts": {
            "kind": {"value": None, "status": "unknown", "missing": ["customer_type"]},
            "per_head": {"value": 66.5, "status": "known"},
        },
        "scores": {"fit": {"value": None, "status": "none"}},
        "grades": {
            "priority": {
                "value": None,
                "status": "unknown",
                "likely": None,
                "possible": ["A", "B", "C", "D"],
                "missing": ["customer_type"],
            },
            "existing": {"value": None, "status": "none"},
        },
        "plays": [],
        "questions": [
            {"field": "customer_type", "settles": ["kind"], "example": {"welfare": "welfare"}}
        ],
    }
    fourth = {
        "id": "L007",
        "name": t("Evergreen Gifts", "长青礼品行"),
        "at": "examples/leads.yaml:140",
        "packs": ["common"],
        "rank": None,
        "verdict": {
            "value": "stop",
            "reasons": [
                {
                    "gate": "do_not_call",
                    "title": t("Do not call", "谢绝来电"),
                    "verdict": "stop",
                    "because": t("They asked not to be called again", "客户要求不再联系"),
                    "facts": {"do_not_call": True},
                    "at": "rules/common.yaml:70",
                }
            ],
            "unknown": [],
        },
        "facts": {
            "kind": {"value": "gift", "status": "known"},
            "per_head": {"value": 1250000, "status": "known"},
        },
        "scores": {
            "fit": {
                "value": 12,
                "low": 12,
                "high": 12,
                "status": "known",
                "rules": [],
                "unknown": [],
            }
        },
        "grades": {
            "priority": {"value": "C", "status": "known", "at": "rules/common.yaml:124"},
            "existing": {"value": None, "status": "none"},
        },
        "plays": [],
        "questions": [],
    }
    return {
        "groupbuy": 1,
        "run": {
            "as_of": "2026-11-22",
            "rules_hash": "0f",
            "engine": "rows",
            "version": "0.1.0",
            "plugins": [],
            "lang": lang,
        },
        "summary": {"leads": 5, "go": 2, "terms": 0, "hold": 1, "stop": 1, "set_aside": 1},
        "leads": [fourth, first, second, third],
        "set_aside": [
            {
                "id": "L040",
                "at": "examples/leads.yaml:901",
                "problems": [
                    t(
                        "conflicting-change government and education both set scores.fit.range",
                        "conflicting-change 机关单位与教育都改了 scores.fit.range",
                    )
                ],
            }
        ],
        "errors": [],
    }


HOSTILE = "\x1b[31m=cmd|' /C calc'!A1\x9b2J\u202e<b>[x](javascript:alert(1))</b>\r\n# |`a`|"


def hostile_result() -> dict[str, Any]:
    """The same with something active in every text."""

    def spoil(data: Any, key: str = "") -> Any:
        if isinstance(data, dict):
            return {name: spoil(value, name) for name, value in data.items()}
        if isinstance(data, list):
            return [spoil(value, key) for value in data]
        if isinstance(data, str) and key not in ("value", "status", "verdict", "then", "lang"):
            return HOSTILE
        return data

    spoilt: dict[str, Any] = spoil(result("en"))
    return spoilt


GOLDEN = Path(__file__).parent / "golden"


def check_golden(name: str, text: str) -> None:
    """The text is the one that was approved. `UPDATE_GOLDEN=1` approves what is there now."""
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text.encode())
    assert text == file.read_bytes().decode()
