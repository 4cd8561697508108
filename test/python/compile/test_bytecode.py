"""What a function reads from outside is found in its bytecode."""

from lamina.capture.bytecode import ATTRIBUTE, ITEM, Chain, reads

NUMBERS = {"a": 1}


def chains(fn):
    return set(reads(fn.__code__).chains)


def test_globals_attributes_and_constant_items():
    def fn(self):
        return self.scale.x * NUMBERS["a"]

    assert chains(fn) == {
        Chain("local", "self", ((ATTRIBUTE, "scale"), (ATTRIBUTE, "x"))),
        Chain("global", "NUMBERS", ((ITEM, "a"),)),
    }


def test_cells_and_what_passes_through_to_inner_functions():
    outer = 1

    def fn():
        def inner():
            return outer

        return inner

    assert Chain("cell", "outer", ()) in chains(fn)


def test_stores():
    def fn(self):
        global NUMBERS
        NUMBERS = 1
        self.x = 2

    assert set(reads(fn.__code__).stores) == {
        Chain("global", "NUMBERS", ()),
        Chain("local", "self", ((ATTRIBUTE, "x"),)),
    }


def test_local_variables_are_not_read_from_outside():
    def fn():
        x = 1
        return x

    assert chains(fn) == set()
