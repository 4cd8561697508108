"""What README.md shows is what lamina prints."""

import pathlib
import re

README = pathlib.Path(__file__).parents[3] / "README.md"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(), flags=re.DOTALL)


def functions(text):
    """The functions of a module, or of a listing of them, with white space evened out."""
    body = re.sub(r"^module \{\n|\n\}\n*$", "", text.strip()) if text.startswith("module") else text
    return [" ".join(f.split()) for f in re.split(r"\n\s*(?=func\.func)", "\n" + body) if f.strip()]


def test_the_stages_of_the_ten_lines():
    scope = {}
    exec(blocks("python")[0], scope)
    assert scope["b"].grad.tolist() == [[1, 1]] * 3
    stages = scope["f"].lower(scope["a"], scope["b"]).stages
    shown = ["captured", "replayed", "partitioned"]
    assert [functions(text) for text in blocks("mlir")] == [
        functions(stages[name].text()) for name in shown
    ]
