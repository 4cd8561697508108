"""The pipeline on ten lines: mutation, a view and a gradient, shown after every stage.

python examples/ten_lines.py
"""

import lamina


@lamina.compile
def f(a, b):
    a.mul_(2)
    return a.t() + b


a, b = lamina.ones(2, 3), lamina.ones(3, 2, requires_grad=True)
for name, stage in f.lower(a, b).stages.items():
    print(f"// ----- {name} -----\n{stage.text()}")

result = f(a, b)
result.sum().backward()
print("result", result.tolist())
print("a, doubled in place", a.tolist())
print("gradient of b", b.grad.tolist())
