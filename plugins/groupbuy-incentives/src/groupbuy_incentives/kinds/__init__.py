"""The kinds of programs that come with this plugin, one module each."""

from __future__ import annotations

from groupbuy.api import IncentiveProgram
from groupbuy_incentives.kinds.developer import Developer
from groupbuy_incentives.kinds.loyalty import Loyalty
from groupbuy_incentives.kinds.reciprocal import Reciprocal
from groupbuy_incentives.kinds.referral import ReferralReward
from groupbuy_incentives.kinds.stages import Stages

KINDS: tuple[IncentiveProgram, ...] = (
    ReferralReward(),
    Loyalty(),
    Developer(),
    Stages(),
    Reciprocal(),
)
