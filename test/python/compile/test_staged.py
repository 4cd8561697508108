"""Looking inside: stages, logs, dumps, explanations, validation."""

import re

import lamina
import pytest
from agreement import assert_agrees, tensor
from lamina import config
from lamina.compiler import stages
from lamina.errors import CompileError, VerifyError
from mlir import ir


def program(a, b):
    a.mul_(2)
    return a.t() * b


def arguments():
    return tensor(2, 3), tensor(3, 2, grad=True)


def compiled(fn=program):
    return lamina.compile(fn, fullgraph=True, backend="interpreter")


def test_stages_show_how_mutation_goes_away():
    lowered = compiled().lower(*arguments())
    assert list(lowered.stages) == ["captured", "functional", "replayed", "partitioned"]
    assert "lamina.assign" in lowered.text("captured")
    assert "lamina.assign" not in lowered.text("functional")
    assert "#lamina.mutation<0>" in lowered.text("functional")
    assert "func.func @program_backward" in lowered.text()


def test_a_stage_is_text_that_parses():
    from lamina.ir.context import context

    for stage in compiled().lower(*arguments()).stages.values():
        assert ir.Module.parse(stage.text(), context()).operation.verify()


def test_an_unknown_stage_names_those_that_exist():
    with pytest.raises(CompileError, match="captured, functional"):
        compiled().lower(*arguments()).text("linalg")


def test_lowering_leaves_arguments_alone():
    a, b = arguments()
    before = a.tolist()
    compiled().lower(a, b)
    assert a.tolist() == before and a._version == 0


def test_a_lowered_program_can_be_called():
    lowered = compiled().lower(*arguments())
    run = lowered.compile()
    a, b = arguments()
    wanted = program(*arguments())
    assert run(a, b).tolist() == wanted.tolist()
    assert run.memory_analysis()["forward"].inputs == 48
    assert {"capture", "functional", "forward decode"} <= set(run.seconds)


def test_operations_know_the_line_of_the_user():
    captured = lamina.capture.program.capture(program, arguments(), {}, "program")
    text = captured.module.operation.get_asm(enable_debug_info=True)
    line = program.__code__.co_firstlineno + 2
    assert re.search(rf'loc\("{re.escape(__file__)}":{line}:', text)


@pytest.mark.parametrize(
    "log,shown",
    [
        ("graph", "program: captured"),
        ("joint", "program: captured"),
        ("passes", "program: partitioned"),
        ("guards", "args[0] has shape [2, 3]"),
        ("perf", "capture"),
    ],
)
def test_logs(log, shown, capsys):
    with config.scope(logs=frozenset({log})):
        compiled()(*arguments())
    assert shown in capsys.readouterr().err


def test_the_log_of_recompiles_names_the_guard(capsys):
    run = compiled(lambda x: x * 2)
    run(tensor(3))
    with config.scope(logs=frozenset({"recompiles"})):
        run(tensor(4))
    assert "args[0] has shape [3]" in capsys.readouterr().err


def test_nothing_is_logged_by_default(capsys):
    compiled()(*arguments())
    assert capsys.readouterr() == ("", "")


def test_every_compilation_has_a_folder_of_its_own(tmp_path):
    with config.scope(dump=str(tmp_path)):
        run = compiled(lambda x: x * 2)
        run(tensor(3))
        run(tensor(4))
    first, second = sorted(tmp_path.iterdir())
    stages = ("captured", "functional", "replayed", "partitioned")
    names = [f"{i:02d}-{stage}.mlir" for i, stage in enumerate(stages)] + ["04-wrapper.py"]
    assert sorted(f.name for f in first.iterdir()) == names
    assert "tensor<4xf32>" in (second / "03-partitioned.mlir").read_text()


def test_explain_reports_what_happens():
    a, b = arguments()
    report = compiled().explain(a, b)
    assert report.ops["permute"] >= 1 and report.ops["assign"] == 1
    assert report.inputs == [
        "args[0]: lamina.float32 [2, 3]",
        "args[1]: lamina.float32 [3, 2], requires grad",
    ]
    assert report.mutated == ["args[0]"]
    assert len(report.saved) == 1
    assert a._version == 0


def test_explain_names_the_users_lines():
    def program(x, n):
        x.t().mul_(2)
        n.add_(1)
        return x[0], x * 2

    report = compiled(program).explain(tensor(2, 3), tensor(3))
    first = program.__code__.co_firstlineno
    assert report.writes == [
        f"args[0] at {__file__}:{first + 1}",
        f"args[1] at {__file__}:{first + 2}",
    ]
    assert report.outputs[1] == f"output 1: mul at {__file__}:{first + 3}"
    assert f"output 0: squeeze at {__file__}:{first + 3}" in str(report)


def test_explain_names_aliased_outputs():
    report = compiled(lambda x: (x, x.t(), x * 2)).explain(tensor(2, 3))
    assert report.aliased == ["output 0 is args[0] itself", "output 1 is args[0] through permute"]


def test_explain_says_which_inputs_share_memory():
    x = tensor(4)
    report = compiled(lambda a, b, c: a + b + c).explain(x[:2], x[2:], tensor(2))
    assert [line.split(": ")[1] for line in report.inputs] == [
        "lamina.float32 [2]",
        "lamina.float32 [2], shares memory with args[0]",
        "lamina.float32 [2]",
    ]


def test_explain_says_what_cannot_be_captured():
    report = compiled(lambda x: x if x.sum() > 0 else -x).explain(tensor(3))
    assert "bool()" in report.error and __file__ in str(report)


def test_validation_accepts_the_pipeline():
    with config.scope(validate=True):
        assert_agrees(program, arguments, "interpreter")


def _break_after(monkeypatch, name, change):
    """Makes the pass `name` of the pipeline do something wrong."""
    real = stages.run_passes

    def run(module, stage, pipeline):
        real(module, stage, pipeline)
        if name in pipeline:
            text = module.operation.get_asm()
            assert change(text) != text
            broken = ir.Module.parse(change(text), module.context)
            for op in list(module.body.operations):
                op.operation.erase()
            for op in list(broken.body.operations):
                module.body.append(op.operation.clone())

    monkeypatch.setattr(stages, "run_passes", run)


@pytest.mark.parametrize(
    "change,message",
    [
        (lambda t: t.replace("2.000000e+00", "3.000000e+00"), "output 0"),
        (lambda t: t.replace("lamina.mul %arg2", "lamina.add %arg2"), "the gradient of input 1"),
    ],
)
def test_validation_names_the_pass_that_changed_a_value(monkeypatch, change, message):
    _break_after(monkeypatch, "lamina-functionalize", change)
    with config.scope(validate=True), pytest.raises(VerifyError, match=message) as caught:
        compiled()(*arguments())
    assert "func.func(lamina-functionalize)" in str(caught.value)


def test_validation_names_the_pass_that_changed_what_is_shared(monkeypatch):
    _break_after(
        monkeypatch,
        "lamina-view-replay",
        lambda t: t.replace("alias<input, 0, [", "alias<input, 1, ["),
    )
    with config.scope(validate=True), pytest.raises(VerifyError, match="lamina-view-replay"):
        compiled(lambda a, b: (a.t(), a + b))(tensor(2, 2), tensor(2, 2))


def test_a_failing_stage_names_itself(monkeypatch):
    monkeypatch.setattr(stages, "FUNCTIONAL", (stages.Stage("broken", ("no-such-pass",)),))
    with pytest.raises(CompileError, match="stage 'broken'"):
        compiled().lower(*arguments())
