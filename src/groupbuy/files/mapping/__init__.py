"""Mapping files: how the export of another system becomes leads.

A mapping says which of the files given are leads and which are tables of theirs, and how each
field is filled. It reads only what is given on the command line.

    groupbuy: 1
    mapping: crm
    title: {en: Accounts and opportunities}

    files:                                   # names for the files, and what their cells are
      accounts: accounts.csv
      teams: sales_teams.csv
      pipeline:
        file: "sales_pipeline*.csv"          # several files of one kind are read as one
        types: {close_value: number, close_date: {type: date, format: DD-MM-YY}}

    leads:
      file: accounts                         # a name from above, or the file's own name
      id: account                            # the column that tells leads apart
      fields:
        name: account                        # field: column
        headcount: employees
        sector:
          column: sector
          values: {technolgy: industrial}    # words of the export → words of the model
        budget: {column: revenue, times: 1000000}
        source: {constant: existing}
        is_dealer: {compute: segment == "dealer"}
        owner:                               # from another file, step by step
          lookup:
            - {file: pipeline, key: account, take: sales_agent, pick: most}
            - {file: teams, key: sales_agent, take: manager}

    tables:
      orders:
        file: pipeline
        lead: account                        # the column with the lead's id
        drop:                                # counted, with the reason
          - {when: account == "", because: no account}
        where: deal_stage == "Won"           # only these rows count
        columns: {order_id: opportunity_id, date: close_date, amount: close_value}

Beside `file`, `sheet` names one sheet of a workbook; a workbook with one sheet needs none.

How a field is filled, besides by the name of a column:

| key        | meaning                                                                          |
|------------|----------------------------------------------------------------------------------|
| `column`   | the column of this file                                                          |
| `constant` | the same for every row                                                           |
| `compute`  | an expression over the row's columns (`files: … types:` says what is no text)    |
| `lookup`   | `take` a column of another `file`, from the row whose `key` is `by` (a column of |
|            | this file; by default the one called as the key). A list goes on step by step.   |
|            | Where several rows have the key: `pick: first`, `last` (with `order: column`),   |
|            | `most` (the commonest); `where` says which rows count.                           |
| `values`   | words of the export → words of the model; nothing behind the colon means unknown |
| `others`   | what words become that neither `values` nor the field has                        |
| `format`   | how a date is written: `DD-MM-YY`, `M/D/YYYY`, `DD MMM YYYY hh:mm`, `excel`      |
| `unit`     | the unit of a number: `百万元`, `%`                                              |
| `times`    | what a number is multiplied by                                                   |
| `without`  | texts that are cut out of the cell first: `["$", USD]`                           |
| `blank`    | words that mean that nothing is known: `[n/a, TBD]`                              |
| `else`     | how the field is filled where all that gives nothing                             |
| `pick`     | with `group: true`, which of several rows counts: `only` (they must agree),      |
|            | `first`, `last`, `most`, `sum`, `min`, `max`                                     |

In expressions a column is named as in the file, with `_` for what can't stand in a name; a blank
cell is unknown, and `column == ""` asks whether it is blank. With `group: true` under `leads`,
rows with the same id are one lead.
"""
