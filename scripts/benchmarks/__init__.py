"""Benchmarks: what the coach costs, beside a straightforward way to do the same, in one run.

`report` is the form all of them take, `processes` measures whole processes, `project` is the
copy of the coach they run in. `audio` is a benchmark; `straightforward`, `assembling` and
`loudness` are programs that it starts.
"""
