"""What other compilers ask you to give up: writes through views, returned views, inputs changed in place.

python examples/mutation_and_views.py
"""

import lamina


def running_mean(history, slot, sample):
    """Writes `sample` into one row of `history` and returns the mean row, and that row itself as a view."""
    row = history[slot]
    row.copy_(sample)
    row[0] += 1
    return history.mean(0), history.t()[:, slot]


def run(fn):
    """Calls `fn` on fresh data; returns all that it changed and returned."""
    history = lamina.zeros(4, 3)
    mean, row = fn(history, 1, lamina.tensor([1.0, 2.0, 3.0]))
    # The result is a view of the caller's own tensor, compiled or not: writing to one shows in the other.
    row.mul_(10)
    return history, mean, row


eager, compiled = run(running_mean), run(lamina.compile(running_mean, fullgraph=True))
for name, ours, theirs in zip(("history", "mean", "row"), compiled, eager):
    print(f"{name:8}{ours.tolist()}")
    assert (ours == theirs).all()
history, _, row = compiled
print("row shares memory with history:", row.data_ptr() == history[1].data_ptr())
