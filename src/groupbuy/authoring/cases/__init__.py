"""Rule cases: what rules must say about a lead, written as YAML beside them (`*.test.yaml`).

    cases = read_cases(path)                    # GroupbuyError with every mistake of the file
    bench = Bench()                             # opens each rules folder once
    bench.check(cases)                          # paths and names that the rules don't have
    outcome = bench.run(case)                   # outcome.passed, outcome.failures

`read` has `read_cases`, `bench` has `Bench`, and `judge.run_case` is what both a bench and other
runners (pytest) use for one case.
"""
