"""Benchmarks: what the coach costs, beside a straightforward way to do the same, in one run.

`report` is the form all of them take, `processes` measures whole processes, `project` is the
copy of the coach they run in, `progress` tells what is going on. `audio` is a benchmark, of
what `rounds` measures; `straightforward`, `assembling` and `loudness` are programs it starts.
`understanding` is another, of the phrases in the tests.
`request` measures what one request costs in a process (`answering`, its `stages`), `serving` what
is served over HTTP (`loading` loads `servers`), `scale` the same with many runners (`crowds`, each
in a process that is `keeping` it), long histories and long guides (`lengths`). All of them send
what `signed` writes; `installing` has what others have written, from `peers`.
"""
