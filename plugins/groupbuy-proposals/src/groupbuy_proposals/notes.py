"""What the salesperson must know about a proposal and the customer must not: as Markdown.

Why this package and how sure, what was refused and why, which promises are not made, what is
cheaper above, what the others offered, the margin, the cases and who can help.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from groupbuy_proposals import admission, clash
from groupbuy_proposals.admission import NOBODY_KNOWS, Refusal
from groupbuy_proposals.clash import Clash, Way
from groupbuy_proposals.document import shown_money
from groupbuy_proposals.offers import Offer, Priced
from groupbuy_proposals.prices import cheaper_above
from groupbuy_proposals.template import escaped

WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "title": "内部说明（不发客户）",
        "packages": "方案与依据",
        "best": "{title}：{worth} 分，{sure}；合计 {amount}，预算 {budget}，毛利 {margin}",
        "best_no_cost": "{title}：{worth} 分，{sure}；合计 {amount}，预算 {budget}，"
        "缺成本，毛利不详",
        "optimal": "已证明最优",
        "bound": "未证明最优，任何组合不超过 {bound} 分",
        "unproved": "生成器 {generator} 的结果，未证明",
        "tight": "卡在：{what}",
        "other": "另一方案 {generator}：{worth} 分，{amount}",
        "rejected": "{generator} 的一个方案不合要求：{what}",
        "nothing": "{generator} 没有给出方案",
        "cheaper": "{name}：订 {above} 件比 {quantity} 件总价更低，可提醒客户",
        "none": "{title}：配不出来。{why}",
        "clash": "互相冲突的要求：{what}",
        "ways": "放宽其中一条即可：",
        "no_way": "要同时放宽不止一条",
        "refused": "没有选用的商品",
        "promises": "不能承诺的事",
        "unmet": "客户要“{word}”，目录里没有",
        "cases": "参考案例与支援",
        "and_more": "等 {number} 种",
    },
    "en": {
        "title": "For us only, not for the customer",
        "packages": "The packages, and why",
        "best": "{title}: {worth} points, {sure}; {amount} in all, budget {budget}, "
        "margin {margin}",
        "best_no_cost": "{title}: {worth} points, {sure}; {amount} in all, budget {budget}, "
        "margin not known: a cost is missing",
        "optimal": "proved to be the best",
        "bound": "not proved to be the best; none has more than {bound}",
        "unproved": "by {generator}, not proved",
        "tight": "at its limit: {what}",
        "other": "another by {generator}: {worth} points, {amount}",
        "rejected": "a package by {generator} is out: {what}",
        "nothing": "{generator} proposes nothing",
        "cheaper": "{name}: {above} cost less in all than {quantity}; tell the customer",
        "none": "{title}: there is no package. {why}",
        "clash": "demands that clash: {what}",
        "ways": "any one of these would do: ",
        "no_way": "more than one of them would have to give",
        "refused": "Items not considered",
        "promises": "What is not promised",
        "unmet": "They ask for “{word}”, which the catalogue does not have",
        "cases": "Cases, and who can help",
        "and_more": "and others, {number} in all",
    },
}
DEMANDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        clash.BUDGET: "预算",
        clash.SPEND: "预算至少用足的比例",
        clash.ITEMS: "最少品种数",
        clash.CATEGORIES: "最少品类数",
        clash.PER_CATEGORY: "每个品类的上限",
        clash.WANTED: "客户指定的品类",
        admission.ISSUED: "近年发过",
        admission.NOT_WANTED: "不是客户要的品类",
        admission.NOT_FOR: "不适用于该客户或场合",
        admission.CERTIFICATE: "缺资质证书",
        admission.DATE: "赶不上交货日期",
        admission.SHELF_LIFE: "保质期不够",
        admission.STOCK: "库存不够",
        admission.QUANTITY: "起订量或装箱数不符",
        "most_total": "超预算",
        "least_total": "预算没用足",
        "least_items": "品种太少",
        "most_items": "品种太多",
        "least_categories": "品类太少",
        "most_per_category": "同一品类太多",
        "one_of": "没有客户指定的品类",
        "same_item": "商品重复",
    },
    "en": {
        clash.BUDGET: "budget",
        clash.SPEND: "the share of the budget to spend",
        clash.ITEMS: "the least number of items",
        clash.CATEGORIES: "the least number of categories",
        clash.PER_CATEGORY: "the most of one category",
        clash.WANTED: "what they ask for",
        admission.ISSUED: "issued before",
        admission.NOT_WANTED: "not what they ask for",
        admission.NOT_FOR: "not for this customer or occasion",
        admission.CERTIFICATE: "a certificate is missing",
        admission.DATE: "too late for the date",
        admission.SHELF_LIFE: "shelf life too short",
        admission.STOCK: "not enough in stock",
        admission.QUANTITY: "minimum order or packing multiple",
        "most_total": "over the budget",
        "least_total": "too little of the budget",
        "least_items": "too few items",
        "most_items": "too many items",
        "least_categories": "too few categories",
        "most_per_category": "too many of one category",
        "one_of": "without what they ask for",
        "same_item": "the same item twice",
    },
}
_SHOWN = 5


def points(worth: int) -> str:
    """Thousandths of a point as points."""
    return f"{Decimal(worth) / 1000:,.1f}"


def notes(
    lead: Mapping[str, Any],
    entry: Mapping[str, Any],
    offers: Sequence[Offer],
    unmet: Sequence[str],
    lang: str,
) -> str:
    """The page for the salesperson."""
    say = WORDS[lang]
    found = [f"# {escaped(lead['name'] or lead['id'])} · {say['title']}", ""]
    found += [f"## {say['packages']}", "", *_packages(offers, lang), ""]
    promised = [say["unmet"].format(word=word) for word in unmet]
    promised += [*entry["promises"], *_unkept(offers, lang)]
    if promised:
        found += [f"## {say['promises']}", "", *(f"- {escaped(each)}" for each in promised), ""]
    refused = list(_refused(offers, lang))
    if refused:
        found += [f"## {say['refused']}", "", *(f"- {escaped(each)}" for each in refused), ""]
    cases: Mapping[str, Any] = lead.get("cases") or {}
    told = [line for case in cases.values() for line in case.get("say") or ()]
    if told:
        found += [f"## {say['cases']}", "", *(f"- {escaped(each)}" for each in told), ""]
    return "\n".join(found)


def _packages(offers: Sequence[Offer], lang: str) -> Iterator[str]:
    say = WORDS[lang]
    for each in offers:
        title = escaped(each.alternative.title)
        if each.best is None:
            why = explained(each.clash, lang) if each.clash else "; ".join(each.failures)
            why = why or not_found(each, lang)
            yield "- " + say["none"].format(title=title, why=escaped(why))
            continue
        yield "- " + _best(each, each.best, title, lang)
        tight = [_demand(_TIGHT.get(name, name), lang) for name in each.best.tight]
        if tight:
            yield "  - " + say["tight"].format(what=_joined(tight, lang))
        for line in each.best.lines:
            above = cheaper_above(line.item, line.quantity)
            if above is not None:
                name = escaped(line.item.name.get(lang) or line.item.sku)
                yield "  - " + say["cheaper"].format(name=name, above=above, quantity=line.quantity)
        for other in each.others:
            amount = shown_money(other.total.gross)
            worth = points(other.worth)
            yield "  - " + say["other"].format(
                generator=other.generator, worth=worth, amount=amount
            )
        for rejected in each.rejected:
            what = _joined([_demand(name, lang) for name in rejected.broken], lang)
            yield "  - " + say["rejected"].format(generator=rejected.generator, what=what)
        for failure in each.failures:
            yield f"  - {escaped(failure)}"


_TIGHT = {"budget": clash.BUDGET, "items": "most_items", "per_category": clash.PER_CATEGORY}


def _best(offer: Offer, best: Priced, title: str, lang: str) -> str:
    say = WORDS[lang]
    if best.optimal:
        sure = say["optimal"]
    elif best.bound is not None:
        sure = say["bound"].format(bound=points(best.bound))
    else:
        sure = say["unproved"].format(generator=best.generator)
    costs = [line.item.cost for line in best.lines]
    known = [each for each in costs if each is not None]
    words = {
        "title": title,
        "worth": points(best.worth),
        "sure": sure,
        "amount": shown_money(best.total.gross),
        "budget": shown_money(offer.need.budget),
    }
    if len(known) < len(costs):
        return say["best_no_cost"].format(**words)
    cost = sum((c * line.quantity for c, line in zip(known, best.lines, strict=True)), Decimal(0))
    margin = (best.total.gross - cost) / best.total.gross if best.total.gross else Decimal(0)
    return say["best"].format(**words, margin=f"{margin:.1%}")


def _demand(name: str, lang: str) -> str:
    return DEMANDS[lang].get(name, name)


def _joined(words: Sequence[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(words)


# ── no package ──


def not_found(found: Offer, lang: str) -> str:
    """Who was asked and had no package that could be offered, though demands do not clash."""
    say = WORDS[lang]
    out = [
        say["rejected"].format(
            generator=each.generator, what=_joined([_demand(d, lang) for d in each.broken], lang)
        )
        for each in found.rejected
    ]
    rejected = {each.generator for each in found.rejected}
    idle = [say["nothing"].format(generator=name) for name in found.asked if name not in rejected]
    return ("；" if lang == "zh" else "; ").join(dict.fromkeys([*out, *idle]))


# ── clashes ──


def explained(found: Clash, lang: str) -> str:
    """A clash in sentences: what clashes, and the least that would settle it."""
    say, end = WORDS[lang], "。" if lang == "zh" else ". "
    demands = say["clash"].format(what=_joined([_demand(d, lang) for d in found.demands], lang))
    if not found.ways:
        return demands + end + say["no_way"]
    ways = [_way(each, lang) for each in found.ways]
    return demands + end + say["ways"] + ("；" if lang == "zh" else "; ").join(ways)


def _way(way: Way, lang: str) -> str:
    zh = lang == "zh"
    names = _names(way.refusals, lang)
    match way.demand:
        case clash.BUDGET:
            return f"人均预算提到 {way.value} 元" if zh else f"{way.value} a head"
        case clash.SPEND:
            assert isinstance(way.value, Decimal)
            share = f"{way.value:.1%}"
            return f"预算只用到 {share}" if zh else f"spend {share} of the budget"
        case clash.ITEMS:
            return f"减到 {way.value} 种商品" if zh else f"{way.value} items"
        case clash.CATEGORIES:
            return f"减到 {way.value} 个品类" if zh else f"{way.value} categories"
        case clash.PER_CATEGORY:
            return f"同一品类放到 {way.value} 种" if zh else f"{way.value} of one category"
        case clash.WANTED:
            return "不含客户指定的品类" if zh else "without what they ask for"
        case admission.DATE if way.value is not None:
            return f"交货延到 {way.value}" if zh else f"delivery on {way.value}"
    return (
        f"{_demand(way.demand, lang)}：{names}" if zh else f"{_demand(way.demand, lang)}: {names}"
    )


def _names(refusals: Sequence[Refusal], lang: str) -> str:
    return _joined([_told(each, lang) for each in refusals[:_SHOWN]], lang)


def _told(refusal: Refusal, lang: str) -> str:
    """A refused item with what it turned on."""
    name = refusal.item.name.get(lang) or next(iter(refusal.item.name.values()))
    zh = lang == "zh"
    detail = refusal.detail
    if refusal.kind == admission.QUANTITY:
        wanted, _, nearest = detail.partition(": ")
        detail = (
            f"要 {wanted} 件，可订 {nearest}" if zh else f"{wanted} wanted, {nearest} can be had"
        )
    elif refusal.kind == admission.STOCK:
        stock, _, needed = detail.partition("/")
        detail = f"库存 {stock}，要 {needed}" if zh else f"{stock} in stock, {needed} needed"
    elif detail == NOBODY_KNOWS:
        detail = "交期不详" if zh else "lead time not known"
    elif refusal.kind == admission.DATE:
        detail = f"{detail} 才能到" if zh else f"there on {detail}"
    if not detail:
        return name
    return f"{name}（{detail}）" if zh else f"{name} ({detail})"


def _unkept(offers: Sequence[Offer], lang: str) -> Iterator[str]:
    """What they ask for and the catalogue has, and we can't supply: with the reason."""
    told: set[str] = set()
    for each in offers:
        for refusal in each.admitted.refused:
            if admission.is_named_by(refusal.item, each.need.wanted):
                text = f"{_demand(refusal.kind, lang)}: {_told(refusal, lang)}"
                if text not in told:
                    told.add(text)
                    yield text


def _refused(offers: Sequence[Offer], lang: str) -> Iterator[str]:
    """The refused items of the largest budget by reason, the first of them by name."""
    if not offers:
        return
    for kind, refusals in offers[-1].admitted.refused_by_kind().items():
        text = _names(refusals, lang)
        if len(refusals) > _SHOWN:
            text += " " + WORDS[lang]["and_more"].format(number=len(refusals))
        yield f"{_demand(kind, lang)}: {text}"
