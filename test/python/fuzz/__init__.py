"""Random programs that mutate, alias and differentiate, run by two executors and compared.

`program` is what a program is, `moves*` the steps it may take, `generate` draws one from a seed,
`execute` runs and observes one, `compare` says where two observations differ, `minimize` makes a
failing program small. `python -m fuzz --help`, from this folder's parent, runs them by the thousand.
"""
