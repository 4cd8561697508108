"""The pipeline on ten lines: mutation, a view and a gradient, shown after every stage.

    python examples/ten_lines.py
"""

import lamina


@lamina.compile
def f(a, b):
    a.mul_(2)
    return a.t() + b


a, b = lamina.ones(2, 3), lamina.ones(3, 2, requires_grad=True)
lowered = f.lower(a, b)
for stage in lowered.stages:
    print(f"// ----- {stage.name} -----\n{stage.text()}\n")

result = f(a, b)
result.sum().backward()
print("result", result.tolist())
print("a, doubled in place", a.tolist())
print("gradient of b", b.grad.tolist())
