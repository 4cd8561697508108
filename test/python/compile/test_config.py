"""Settings are typed, scoped, read from the environment, and documented."""

import threading

import pytest
from lamina import config


def test_a_scope_ends():
    before = config.get()
    with config.scope(validate=not before.validate):
        assert config.get().validate is not before.validate
    assert config.get() == before


def test_a_scope_is_of_its_own_thread():
    seen = []
    with config.scope(recompile_limit=3):
        thread = threading.Thread(target=lambda: seen.append(config.get().recompile_limit))
        thread.start()
        thread.join()
    assert seen == [config.get().recompile_limit] != [3]


def test_an_unknown_setting_is_an_error():
    with pytest.raises(TypeError, match="speed"), config.scope(speed=3):
        pass


def test_the_environment_is_read():
    found = config.from_environment(
        {"LAMINA_LOGS": "graph, passes", "LAMINA_VALIDATE": "1", "LAMINA_RECOMPILE_LIMIT": "4"}
    )
    assert (found.logs, found.validate, found.recompile_limit) == ({"graph", "passes"}, True, 4)


@pytest.mark.parametrize(
    "variable,text",
    [("LAMINA_LOGS", "grpah"), ("LAMINA_VALIDATE", "maybe"), ("LAMINA_OPT_LEVEL", "fast")],
)
def test_an_unreadable_variable_is_named(variable, text):
    with pytest.raises(ValueError, match=variable):
        config.from_environment({variable: text})


def test_every_setting_is_described():
    text = config.describe()
    assert "LAMINA_DUMP" in text and "recompile_limit" in text
