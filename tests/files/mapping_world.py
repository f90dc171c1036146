"""A small lead model, and files with a mapping to read."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from groupbuy.errors import GroupbuyError, Problem, Source
from groupbuy.files.mapping.read import Mapped, read_mapped
from groupbuy.model.model import LeadModel, load_model
from groupbuy.source.yaml import read_yaml

MODEL: LeadModel = load_model(
    read_yaml(
        Source(
            "lead.yaml",
            """\
groupbuy: 1
fields:
  id:      {type: text, required: true, title: {zh: 客户编号}}
  name:    {type: text, title: {en: Name, zh: 客户名称}, aliases: [account]}
  sector:  {type: choice, of: {retail: {zh: 零售}, industrial: {}, other: {}}}
  budget:  {type: money, min: 0, aliases: [预算]}
  staff:   {type: integer, min: 1, unit: {en: people}}
  share:   {type: percent}
  tender:  {type: flag}
  since:   {type: date}
  owner:   {type: text}
  region:  {type: text}
  phone:   {type: text, pii: true}
  orders:
    type: table
    aliases: [订单]
    order: date
    key: order_id
    fields:
      order_id: {type: text}
      date:     {type: date}
      amount:   {type: money}
      status:   {type: choice, of: [won, paid]}
      category: {type: text}
""",
        )
    )
)

ACCOUNTS = """\
Account Name,Sector,Staff,Revenue (USD m),Since,Phone
Acme,technolgy,"2,822",1100.04,31-01-17,13800000001
Beta,retail,12,0.1,13-02-17,13800000002
"""
DEALS = """\
no,customer,stage,closed,value
1,Acme,Won,2017-03-01,100
2,Acme,Lost,2017-03-02,7
3,,Open,,
4,Beta,Won,2017-03-04,50.5
"""
HEAD = "groupbuy: 1\nmapping: m\n"
LEADS = "leads:\n  file: accounts.csv\n  id: Account Name\n"
ORDERS = """\
tables:
  orders:
    file: deals.csv
    lead: customer
    drop: [{when: customer == "", because: no customer}]
    where: stage == "Won"
    columns: {order_id: no, date: closed, amount: value}
"""


class World:
    """A folder of exports."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.put("accounts.csv", ACCOUNTS)
        self.put("deals.csv", DEALS)

    def put(self, name: str, text: str | bytes) -> None:
        data = text.encode() if isinstance(text, str) else text
        (self.path / name).write_bytes(data)

    def read(self, mapping: str, *names: str, today: date = date(2018, 1, 1)) -> Mapped:
        self.put("m.yaml", mapping if "groupbuy: 1" in mapping else HEAD + mapping)
        paths = [self.path / name for name in names or ("accounts.csv", "deals.csv")]
        return read_mapped(paths, self.path / "m.yaml", MODEL, today=today.toordinal())

    def leads(self, fields: str, *names: str, part: str = LEADS) -> dict[str, dict[str, Any]]:
        """The values of each lead, where only `fields:` matter."""
        found = self.read(f"{part}  fields:\n    {fields}\n", *names or ("accounts.csv",))
        assert not found.leads.set_aside, found.leads.set_aside
        return {lead.id: lead.values for lead in found.leads.leads}

    def problems(self, mapping: str, *names: str) -> list[Problem]:
        with pytest.raises(GroupbuyError) as caught:
            self.read(mapping, *names)
        return list(caught.value.problems)

    def short(self, problem: Problem) -> str:
        """A problem with file names without folders."""
        return str(problem).replace(f"{self.path}/", "")
