"""Attacks on whole projects, one promise of the page after the other: name → files, command line.

The files are laid over the small project of test_hostile_inputs.
"""

# ruff: noqa: E501 - one hostile input is one line

from __future__ import annotations

import json
from collections.abc import Iterator

from catalogue import CONF, HEAD

Files = dict[str, str | bytes]
Attack = tuple[str, Files, tuple[str, ...]]

DAY = ("--as-of", "2026-11-22")
EVALUATE = ("evaluate", "leads.csv", *DAY)
CHECK = ("check",)


def pack(text: str) -> Files:
    return {"rules/example.yaml": HEAD + text}


def fact(text: str) -> Files:
    return pack(f"facts: {{x: {json.dumps(text, ensure_ascii=False)}}}\n")


# ── nothing is silently read as something else ──

EXPRESSIONS: dict[str, str] = {
    "a look-alike letter": "budgеt > 1",  # the second e is Cyrillic
    "a name with a mark that is not seen": "bud\u200dget > 1",
    "a right-to-left mark in a text": 'name == "\u202eabc"',
    "a decomposed name": "预\u0301算 > 1",
    "a folded name": "ｂｕｄｇｅｔ > 1",
    "a number with a unit": "budget > 12.5万",
    "a number with a currency": "budget > ¥500",
    "a percent sign": "share > 50%",
    "an implicit product": "2budget > 1",
    "a double negation": "budget > --1",
    "a plus that means nothing": "budget > +1",
    "a chain with two senses": "1 < budget > 3",
    "a chain of equals": "1 == 1 == 1",
    "a flag as a number": "quiet + 1",
    "a number as a flag": "budget and quiet",
    "a text times a number": 'name * 1000000000',
    "a list times a number": "[1] * 100000000",
    "a word compared with a number": "kind > 3",
    "a word that is none": 'kind == "offce"',
    "a choice with another order": 'kind < "office"',
    "a date and a number": "needed_by > 20261122",
    "a date that overflows": "days_since(needed_by) > 1e14",
    "months without end": "sum(orders.amount, where=within(orders.date, months=1000000000))",
    "negative months": "sum(orders.amount, where=within(orders.date, months=-3))",
    "half a month": "sum(orders.amount, where=within(orders.date, months=1.5))",
    "decimals without end": "round(budget, 999999999)",
    "decimals that are none": "round(budget, share)",
    "a division by nothing": "budget / 0",
    "a remainder of nothing": "budget % 0",
    "an aggregate of an aggregate": "sum(sum(orders.amount))",
    "a table as a value": "orders",
    "a column without a table": "orders.amount",
    "a column that is none": "sum(orders.amont)",
    "a class behind a column": "sum(orders.amount.__class__)",
    "a method": 'name.format("x")',
    "a call of a call": "min(budget)(1)",
    "a keyword twice": "sum(orders.amount, where=quiet, where=quiet)",
    "a star in a call": "min(*[1, 2])",
    "a slice": "name[0:3]",
    "a byte text": 'name == b"x"',
    "a raw text": 'name == r"x"',
    "an f-text": 'name == f"{budget}"',
    "two texts in a row": 'name == "a" "b"',
    "a text over lines": "name == \"\"\"a\nb\"\"\"",
    "a complex number": "budget > 1j",
    "a number in hex": "budget > 0xff",
    "a number in octal": "budget > 0o17",
    "a number in parts": "budget > 1_000",
    "a number without an end": "budget > 1.",
    "an ellipsis": "...",
    "a walrus": "(x := budget) > 1",
    "a semicolon": "budget > 1; quiet",
    "a print": "print(budget)",
    "an import": '__import__("os").system("touch pwned")',
    "a lambda": "(lambda: budget)()",
    "a match of a bad pattern": 'contains(name, "(" )',
    "today in braces": "{today}",
    "nothing": "None == None",
    "a test with None": "budget == None",
    "an empty list": "kind in []",
    "a list with two kinds": 'kind in ["office", 3]',
    "membership in a text": '"off" in "office"',
    "itself": "x + 1",
    "in Chinese, with its commas": "预算 ＞ 100， 预算 ＜ 200",
}  # fmt: skip

YAML: dict[str, str] = {
    "a key twice, once escaped": 'facts: {"x": budget, "\\x78": people}\n',
    "a key twice, once quoted": "facts: {x: budget, 'x': people}\n",
    "two keys that look alike": "facts: {café: budget, cafe\u0301: people}\n",
    "two keys in two widths": "facts: {ab: budget, ａｂ: people}\n",
    "a binary number": "settings: {big: 0b101}\n",
    "an octal number": "settings: {big: 0o17}\n",
    "a number with a plus": "settings: {big: +12}\n",
    "a number without a digit in front": "settings: {big: .5}\n",
    "a number with an end": "settings: {big: 5.}\n",
    "a number in Arabic digits": "settings: {big: ٣}\n",
    "a number with a separator": "settings: {big: 1,000}\n",
    "a number with a unit": "settings: {big: 12.5万}\n",
    "two numbers that are equal": "settings: {big: 1e400}\n",
    "a default key": "settings: {big: =}\n",
    "a merge as a value": "settings: {big: <<}\n",
    "null in capitals": "settings: {big: NULL}\n",
    "a tilde": "settings: {big: ~}\n",
    "no value": "settings: {big: }\n",
    "a block with its own indent": "settings:\n  big: |9\n    5\n",
    "a folded condition": "gates:\n  g:\n    when: >\n      budget > 1\n\n      and quiet\n    verdict: stop\n    unknown: pass\n",
    "a comment in a folded condition": "gates:\n  g:\n    when: >\n      budget > 1\n      # and quiet\n    verdict: stop\n    unknown: pass\n",
    "an alias as a condition": "gates:\n  g: {when: &c 'budget > 1', verdict: stop, unknown: pass}\n  h: {when: *c, verdict: stop, unknown: pass}\n",
    "anchors without end": "facts:\n" + "".join(f"  f{n}: &a{n} budget\n" for n in range(5000)),
    "one anchor again and again": "facts:\n" + "".join(f"  f{n}: &a budget\n" for n in range(2000)),
    "a flow of keys": "facts: {" + ", ".join(f"f{n}: budget" for n in range(5000)) + "}\n",
    "a line of a megabyte": "title: " + "x" * 1_000_000 + "\n",
    "a key of many lines": "facts:\n  ? |\n    a\n    b\n  : budget\n",
    "a tab behind a dash": "x:\n-\tbudget\n",
    "brackets that are full width": "facts: ｛x: budget｝\n",
    "quotes of a Chinese keyboard": "facts: {x: “budget”}\n",
    "a stray percent": "%facts: {x: budget}\n",
    "a language that is none": "title: {zh-CN: 你好}\n",
    "a number as a title": "title: 5\n",
    "bidi marks in a title": 'title: "\u202egnp.exe"\n',
    "off where nothing is": "gates: {g: off}\n",
    "a change of nothing": "changes:\n",
    "a change of everything": "changes: {facts: off, gates: off, scores: off}\n",
    "a lock of nothing": "facts: {x: {value: budget, locked: }}\n",
    "fields that take the id": "fields: {id: {type: number}}\n",
    "fields that take an alias": "fields: {cost: {type: money, aliases: [budget]}}\n",
    "a field called today": "fields: {today: {type: date}}\n",
    "a fact called like a function": "facts: {count: budget}\n",
    "a setting out of its range": "settings: {big: {value: 5, type: percent, max: 1}}\n",
    "a setting of a list": "settings: {big: [1, 2]}\n",
    "a grade of itself": "grades: {g: {rows: {A: {when: g == 'A'}, B: {}}}}\n",
    "a rank of a rank": "grades: {g: {rank: h, cuts: {A: {top: 1}, B: {}}}, h: {rank: g, cuts: {A: {top: 1}, B: {}}}}\n",
    "a score of a rank": "scores: {s: {range: [0, 9], rules: {r: {when: g == 'A', points: 1}}}}\ngrades: {g: {rank: s, cuts: {A: {top: 1}, B: {}}}}\n",
    "cuts without end": "grades: {g: {rank: budget, cuts: {" + ", ".join(f"c{n}: {{next: 1}}" for n in range(3000)) + "}}}\n",
    "cases without end": "grades: {g: {by: [kind, stage, quiet, kind, stage, quiet, kind, stage, quiet], cases: {else: A}}}\n",
    "a play that makes leads of itself": "plays: {p: {each: orders, when: orders.amount > 0, do: x, lead: {name: name, orders: [], related: x}}}\n",
    "a play with no day": "plays: {p: {when: budget > 1, do: x, due: .nan}}\n",
    "a text of braces": "plays: {p: {when: budget > 1, do: '" + "{" * 4000 + "'}}\n",
    "a text that quotes personal data": "plays: {p: {when: budget > 1, do: 'Ring {phone}'}}\n",
    "a text with a terminal in it": 'plays: {p: {when: budget > 1, do: "\\u001b[2J"}}\n',
}  # fmt: skip

TABLES: dict[str, tuple[str, str | bytes]] = {
    "a table outside": ("../leads.csv", "x"),
    "a table of Windows": ("C:\\t.csv", "x"),
    "a table of a server": ("\\\\server\\share\\t.csv", "x"),
    "a table of the web": ("https://example.com/t.csv", "x"),
    "a table that is no table": ("t.csv", b"\x00\x01\x02" * 100),
    "an empty table": ("t.csv", ""),
    "a table without rows": ("t.csv", "name,budget\n"),
    "a table with a head twice": ("t.csv", "name,budget,budget\na,1,2\nrest,,\n"),
    "a table with a head that is none": ("t.csv", "name,budgt\na,>= 3\nrest,\n"),
    "a table with a formula": ("t.csv", "name,budget\na,=1+1\nrest,\n"),
    "a table with a call": ("t.csv", 'name,budget\na,__import__("os")\nrest,\n'),
    "a table with half a condition": ("t.csv", "name,budget\na,>= \nrest,\n"),
    "a table with two senses": ("t.csv", 'name,budget\na,"3,500"\nrest,\n'),
    "a table of conditions without end": ("t.csv", "name,budget\na," + ">= 1 and " * 2000 + ">= 2\nrest,\n"),
    "a table of a workbook that is none": ("t.xlsx", b"PK\x03\x04" + b"\0" * 99),
    "a table of a sheet that is none": ("t.csv:leads", "name,budget\na,>= 3\nrest,\n"),
    "a table in a quote": ("t.csv", 'name,budget\n"a,>= 3\nrest,\n'),
    "a table of ten thousand columns": ("t.csv", "name" + ",budget" * 10_000 + "\n"),
}  # fmt: skip

LIMITS: dict[str, str] = {
    "without end": "limits: {values: 999999999999999}",
    "of nothing": "limits: {nesting: 0}",
    "not a number": "limits: {nesting: .nan}",
    "an expression": "limits: {nesting: 10 * 5}",
    "a bomb": "limits: &a {nesting: [*a]}",
    "of what has none": "limits: {expansion: 1000, ratio: 5}",
    "too many": "limits: {" + ", ".join(f"x{n}: 1" for n in range(3000)) + "}",
}

LINES: dict[str, tuple[Files, tuple[str, ...]]] = {
    "--where code": ({}, (*EVALUATE, "--where", '__import__("os").system("touch pwned")')),
    "--where a name that is none": ({}, (*EVALUATE, "--where", "budgt > 1")),
    "--where too long": ({}, (*EVALUATE, "--where", "budget > 1 or " * 5000 + "quiet")),
    "--where a table": ({}, (*EVALUATE, "--where", "orders")),
    "--set a formula": ({}, (*EVALUATE, "--set", "big=1+1")),
    "--set nothing": ({}, (*EVALUATE, "--set", "=5")),
    "--set without end": ({}, (*EVALUATE, "--set", "big=" + "9" * 10_000)),
    "--columns a formula": ({}, (*EVALUATE, "--columns", "=1+1")),
    "--columns without end": ({}, (*EVALUATE, "--columns", "budget," * 5000)),
    "--as-of in full width": ({}, ("evaluate", "leads.csv", "--as-of", "２０２６-11-22")),
    "--as-of with a time": ({}, ("evaluate", "leads.csv", "--as-of", "2026-11-22T10:00")),
    "--as-of before time": ({}, ("evaluate", "leads.csv", "--as-of", "-0001-01-01")),
    "--top a word": ({}, (*EVALUATE, "--top", "all")),
    "-o a folder that is none, of Windows": ({}, (*EVALUATE, "-o", "C:\\out\\leads.csv")),
    "-o a name that is too long": ({}, (*EVALUATE, "-o", "x" * 300)),
    "-o a name with a line": ({}, (*EVALUATE, "-o", "a\nb.txt")),
    "-o a name with a terminal": ({}, (*EVALUATE, "-o", "\x1b[2J.txt")),
    "-o what a link hides": ({}, (*EVALUATE, "-o", "./rules/../leads.csv")),
    "-o the rules": ({}, (*EVALUATE, "-o", "rules/example.yaml")),
    "-o the rules' own head": ({}, (*EVALUATE, "-o", "rules/groupbuy.yaml")),
    "-o the rows beside the leads": (
        {"leads.orders.csv": "id,amount\nL1,5\n"},
        (*EVALUATE, "-o", "leads.orders.csv"),
    ),
    "-o a table of the rules": (
        {"rules/t.csv": "name,budget\na,>= 3\nrest,\n", **pack("grades: {g: {table: t.csv}}\n")},
        (*EVALUATE, "-o", "rules/t.csv"),
    ),
    "-o the rules, in columns": (
        {},
        (*EVALUATE, "--engine", "columns", "--format", "csv", "-o", "rules/example.yaml"),
    ),
    "a report over the rules": ({}, ("report", "leads.csv", *DAY, "-o", "rules/lead.yaml")),
    "--log the leads": ({}, (*EVALUATE, "--log", "leads.csv")),
    "--log the rules": ({}, (*EVALUATE, "--log", "rules/groupbuy.yaml")),
    "--save-cuts the leads": ({}, (*EVALUATE, "--save-cuts", "leads.csv")),
    "--new-leads the leads": ({}, (*EVALUATE, "--new-leads", "leads.csv")),
    "--partition-by what leads out": (
        {"l.csv": "id,name\nL1,../../../up\nL2,/etc\nL3,a=b\nL4,\n"},
        ("evaluate", "l.csv", *DAY, "--engine", "columns", "--format", "csv", "-o", "p/", "--partition-by", "name"),
    ),
    "--into a table that is SQL": (
        {},
        (*EVALUATE, "--engine", "columns", "-o", "sqlite:///x.db", "--into", 'r"; DROP TABLE x; --'),
    ),
    "--query that writes": (
        {"x.db": b"SQLite format 3\x00" + b"\0" * 100},
        ("evaluate", "sqlite:///x.db", *DAY, "--query", "DROP TABLE x"),
    ),
    "a database that is none": ({"x.db": b"rubbish"}, ("evaluate", "sqlite:///x.db", *DAY, "--table", "leads")),
    "a database in no folder": ({}, ("evaluate", "sqlite:////nothing/x.db", *DAY, "--table", "leads")),
    "a database with a password": ({}, ("evaluate", "postgresql://u:secretword@localhost:1/x", *DAY, "--table", "leads")),
    "a log that is none": ({"l.jsonl": b"\0\1\2"}, ("log", "verify", "l.jsonl")),
    "an empty log": ({"l.jsonl": ""}, ("log", "verify", "l.jsonl")),
    "a log that is deep": ({"l.jsonl": "[" * 100_000 + "\n"}, ("log", "verify", "l.jsonl")),
    "a log of nothing": ({"l.jsonl": '{"log": 1}\n' * 3}, ("log", "verify", "l.jsonl")),
    "a log of numbers": ({"l.jsonl": "1\n2\n"}, ("log", "verify", "l.jsonl")),
    "a log without an end": ({"l.jsonl": "x" * 3_000_000}, ("log", "verify", "l.jsonl")),
    "a log to replay that is none": ({"l.jsonl": '{"log": 1, "record": 1}\n'}, ("log", "replay", "l.jsonl")),
    "a log that is a folder": ({}, ("log", "verify", "rules")),
    "a lock of code": (
        {"rules/groupbuy.lock": '!!python/object/apply:os.system ["touch pwned"]\n'},
        ("rules", "upgrade"),
    ),
    "a lock of nothing": ({"rules/groupbuy.lock": ""}, ("rules", "upgrade")),
    "a lock that leads out": (
        {"rules/groupbuy.lock": "groupbuy: 1\nlock: 1\npacks:\n  ../../x.yaml: {text: 'a: 1'}\n"},
        ("rules", "upgrade"),
    ),
    "a lock that is deep": ({"rules/groupbuy.lock": "[" * 10_000}, CHECK),
    "fmt of a bomb": ({"rules/b.yaml": "a: &a [x]\nb: [" + "*a," * 5000 + "]\n"}, ("fmt", "rules", "--check")),
    "fmt of what is no rules": ({"x.yaml": "a:   1\n" * 3}, ("fmt", "x.yaml", "--check")),
    "import into what is outside": ({"t.csv": "name,budget\n"}, ("rules", "import", "t.csv", "--into", "/etc/passwd")),
    "import of a formula": (
        {"t.csv": "name,budget\nA,=1+1\nB,\n"},
        ("rules", "import", "t.csv", "--into", "rules/example.yaml", "--entry", "grades.level"),
    ),
    "export to what is read": ({}, ("rules", "export", "grades.level", "-o", "rules/example.yaml")),
    "blank over the leads": ({}, ("blank", "csv", "-o", "leads.csv")),
    "map new of a binary": ({"b.csv": bytes(range(256)) * 50}, ("map", "new", "b.csv")),
    "map new of heads without end": ({"b.csv": ",".join(f"h{n}" for n in range(3000)) + "\n" + ",1" * 2999 + "\n"}, ("map", "new", "b.csv")),
    "map new of hostile heads": (
        {"b.csv": 'id,"a: b","{x}","- y","#z","=1+1","a\nb",\x1b[2J\n1,2,3,4,5,6,7,8\n'},
        ("map", "new", "b.csv"),
    ),
    "diff with a revision that is an option": ({}, ("diff", "--output=pwned", "rules", "leads.csv")),
    "diff with a revision that is a command": ({}, ("diff", "HEAD;touch pwned", "rules", "leads.csv")),
    "replay with a revision that is an option": (
        {"l.jsonl": '{"log": 1}\n'},
        ("log", "replay", "l.jsonl", "--revision", "--upload-pack=touch pwned"),
    ),
    "a schema of what is none": ({}, ("schema", "../x")),
    "completion of nothing": ({}, ("error", "\x00")),
    "the same leads twice": ({}, ("evaluate", "leads.csv", "./leads.csv", *DAY)),
    "a folder of leads": ({"d/a.csv": "id\nL1\n"}, ("evaluate", "d", *DAY)),
    "leads of the web": ({}, ("evaluate", "https://example.com/leads.csv", *DAY)),
    "leads of Windows": ({}, ("evaluate", "C:\\leads.csv", *DAY)),
    "rules of Windows": ({}, (*EVALUATE, "--rules", "C:\\rules")),
    "rules of the web": ({}, (*EVALUATE, "--rules", "https://example.com/rules")),
}  # fmt: skip

HOSTILE_LEAD = (
    "id,name,budget,kind\n"
    '"=cmd|\' /C calc\'!A1","<script>alert(1)</script>",5000,office\n'
    '../../../etc/passwd,"[x](javascript:alert(1))",5000,office\n'
    '"a\u202eb\x1b[2J",\u2028\u2029,5000,gift\n'
    '</script><svg onload=alert(1)>,"]]>",5000,gift\n'
    "＝1+1,＠SUM(A1),5000,gift\n"
    "CON,NUL,5000,gift\n"
)
OUTPUTS = (
    *(("evaluate", "h.csv", *DAY, "--format", form) for form in ("table", "json", "jsonl", "csv", "md")),
    ("evaluate", "h.csv", *DAY, "--format", "xlsx", "-o", "o.xlsx"),
    ("evaluate", "h.csv", *DAY, "--engine", "columns", "--format", "csv"),
    ("report", "h.csv", *DAY, "-o", "o.html"),
    ("report", "h.csv", *DAY, "-o", "o.xlsx"),
    ("sheet", "h.csv", "../../../etc/passwd", *DAY),
    ("sheet", "h.csv", "../../../etc/passwd", *DAY, "-o", "o.html"),
    ("sheet", "h.csv", "../../../etc/passwd", *DAY, "-o", "o.docx"),
    ("explain", "h.csv", "＝1+1", *DAY),
    ("evaluate", "h.csv", *DAY, "--log", "l.jsonl"),
    ("evaluate", "h.csv", *DAY, "--new-leads", "n.yaml"),
)  # fmt: skip


def attacks() -> Iterator[Attack]:
    """Every attack."""
    for name, text in EXPRESSIONS.items():
        yield f"expression/{name}", fact(text), CHECK
    for name, text in YAML.items():
        yield f"yaml/{name}", pack(text), EVALUATE
    for name, (file, content) in TABLES.items():
        files = pack(f"grades: {{g: {{table: {json.dumps(file)}}}}}\n")
        there = file.partition(":")[0] if file.startswith("t.") else "t.csv"
        yield f"table/{name}", files | {f"rules/{there}": content}, CHECK
    for name, text in LIMITS.items():
        yield f"limits/{name}", {"rules/groupbuy.yaml": f"{CONF}{text}\n"}, EVALUATE
    for name, (files, args) in LINES.items():
        yield f"line/{name}", files, args
    for args in OUTPUTS:
        yield f"output/{' '.join(args[:1] + args[4:])}", {"h.csv": HOSTILE_LEAD}, args
