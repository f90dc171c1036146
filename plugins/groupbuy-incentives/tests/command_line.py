"""`groupbuy` run in this process, and small worlds of files for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from groupbuy.testing import Ran, run_command

AS_OF = "2026-11-22"

RULES = """
groupbuy: 1
pack: ours
settings:
  gold_rate: {value: 3%, type: percent}
programs:
  rebate:
    use: incentives.loyalty
    title: {en: Rebate, zh: 返利}
    version: "1"
    terms:
      per: year
      tiers: {silver: {from: 1000, rate: 2%}, gold: {from: 5000, rate: gold_rate}}
  bring:
    use: incentives.referral
    title: {en: Bring one, zh: 转介绍}
    ask: {who: satisfied and bought_ever, whom: not bought_ever, value: expected_amount, most: 2}
    terms: {reward: {tiers: {all: {rate: 0.02}}}}
  split:
    use: incentives.stages
    title: {en: Split, zh: 分成}
    not_to: []
    terms:
      tiers: {all: {rate: 1%}}
      split: {find: {share: 50%, title: {en: found, zh: 开发}}, close: {share: 50%}}
"""
LEADS = """
- id: L1
  name: 甲厂
  org_kind: private
  sector: industrial
  satisfied: true
  orders: [{date: 2025-01-01, amount: 9}]
- {id: L2, name: 乙厂, org_kind: private, sector: industrial, expected_amount: 1000, orders: []}
- {id: L3, name: 丙局, org_kind: government, expected_amount: 9000, orders: []}
"""
DEALS = "成交编号,成交日期,客户编号,金额,开发,close\nD1,2026-03-01,L2,0.5万,王,李\n"
PAYMENTS = '回款编号,订单号,回款日期,回款金额\nP1,D1,2026-04-01,"5,000.00"\n'
REFERRALS = "推荐编号,推荐日期,介绍人,新客户,收款方\nR1,2026-02-01,L1,L2,单位\n"


class World:
    """A folder with rules, leads and files of money."""

    def __init__(self, folder: Path) -> None:
        """Write the usual."""
        self.folder = folder
        self.write("rules/groupbuy.yaml", project())
        self.write("rules/ours.yaml", RULES)
        self.write("leads.yaml", LEADS)
        self.write("deals.csv", DEALS)
        self.write("payments.csv", PAYMENTS)
        self.write("referrals.csv", REFERRALS)

    def write(self, name: str, text: str, encoding: str = "utf-8") -> Path:
        """A file."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding=encoding)
        return path

    def run(self, *args: object) -> Ran:
        """A command of groupbuy."""
        return run_command(*args)

    def on_rules(self, command: str, *args: object) -> Ran:
        """A command on the leads by the rules."""
        given = ("--rules", self.folder / "rules", "--as-of", AS_OF)
        return self.run(command, self.folder / "leads.yaml", *args, *given)

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return self.folder / "ledger.db"

    def settle(self, *args: object, files: tuple[str, ...] = ()) -> Ran:
        """`groupbuy settle` with the named files."""
        named = [part for name in files for part in (f"--{name}", self.folder / f"{name}.csv")]
        return self.on_rules("settle", *named, "--ledger", self.ledger, *args)

    def verify(self, *args: object) -> Ran:
        """`groupbuy ledger verify`."""
        rules = self.folder / "rules"
        return self.run("ledger", "verify", "--ledger", self.ledger, "--rules", rules, *args)


def project(*plugins: str) -> str:
    """A groupbuy.yaml."""
    listed = ", ".join(("incentives", *plugins))
    types = "[groupbuy:office, groupbuy:welfare, groupbuy:gift]"
    layers = f"[groupbuy:common, {types}, ours.yaml]"
    return f"groupbuy: 1\nplugins: [{listed}]\nlayers: {layers}\nrank_by: [expected_value]\n"


EVERYTHING: tuple[str, ...] = ("deals", "payments", "referrals")
Call = Callable[..., Ran]
