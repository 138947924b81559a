"""Benchmarks: what the coach costs, beside a straightforward way to do the same, in one run.

`report` is the form all of them take, `processes` measures whole processes, `project` is the
copy of the coach they run in, `progress` tells what is going on. `audio` is a benchmark, of
what `rounds` measures; `straightforward`, `assembling` and `loudness` are programs it starts.
`understanding` is another, of the phrases in the tests.
"""
