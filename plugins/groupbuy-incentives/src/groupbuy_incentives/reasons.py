"""Why a reward is not paid: every rejection has one of these reasons."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, Mapping[str, str]] = {
    "self": {
        "en": "referrer and referred are the same organisation",
        "zh": "推荐人和被推荐客户是同一家单位",
    },
    "related_party": {
        "en": "referrer and referred belong together (parent, sister or shared identifiers)",
        "zh": "推荐人和被推荐客户是关联单位（上下级、同集团或证照联系方式相同）",
    },
    "ring": {
        "en": "the referrals go round in a circle",
        "zh": "相互推荐，绕成了一圈",
    },
    "duplicate": {
        "en": "somebody else introduced this customer first",
        "zh": "该客户已由别人先介绍",
    },
    "existing_customer": {
        "en": "the referred had bought before the referral",
        "zh": "推荐之前已经是老客户",
    },
    "late": {
        "en": "the purchase came after the referral had run out",
        "zh": "成交时推荐已过有效期",
    },
    "not_won": {"en": "the referred has not bought yet", "zh": "被推荐客户尚未成交"},
    "not_paid": {"en": "nothing has been paid yet", "zh": "尚未回款"},
    "not_invoiced": {"en": "nothing has been invoiced yet", "zh": "尚未开票"},
    "on_hold": {"en": "the hold days are not over", "zh": "还在冷静期内"},
    "refunded": {"en": "everything was refunded", "zh": "货款已全部退回"},
    "cap": {"en": "a cap is reached", "zh": "已到封顶数"},
    "government_buyer": {
        "en": "a public body takes no rewards",
        "zh": "机关事业单位不得收受好处",
    },
    "individual_payee": {
        "en": "commission goes to a person, not to an organisation",
        "zh": "佣金收款方是个人，只能付给单位",
    },
    "not_eligible": {"en": "the program is not open to them", "zh": "不在活动对象之内"},
    "unknown_party": {
        "en": "no lead file says who this is",
        "zh": "客户资料里没有这家单位",
    },
    "nobody": {"en": "nobody had this part", "zh": "该环节没有登记人员"},
    "other_period": {
        "en": "it counts for another period now",
        "zh": "改计入其他期间",
    },
    "no_longer_earned": {
        "en": "what it was earned by is gone",
        "zh": "原来的计奖依据已不存在",
    },
}


REFUNDED = {"en": "because of a refund", "zh": "因退款"}


def claw_back_text(reason: str, lang: str) -> str:
    """Why something was taken back; a refund may be of a part."""
    return REFUNDED[lang] if reason == "refunded" else reason_text(reason, lang)


def reason_text(reason: str, lang: str) -> str:
    """A reason in words; one that a third party's kind gave stays as it is."""
    words = REASONS.get(reason)
    return reason if words is None else words[lang]
