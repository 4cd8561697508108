"""Small programs that once did something else here than in torch: each is run by both and must agree.

A program is a function of the library; what it returns, or the builtin class of what it raises, is compared.
"""

import lamina
import pytest

torch = pytest.importorskip("torch")

PROGRAMS = {}
ERRORS = (IndexError, ValueError, TypeError, RuntimeError)


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def run(function, library):
    """The outcome as plain data, or the error."""
    try:
        return _plain(function(library))
    except ERRORS as error:
        return error


def _plain(value):
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if hasattr(value, "untyped_storage"):
        return value.detach().tolist(), str(value.dtype).partition(".")[2], tuple(value.stride())
    return value


@program
def strides_of_a_copy_of_nothing(lib):
    x = lib.ones(2, 2, 3).narrow(1, 0, 0)
    results = [x.double(), x.clone(), lib.zeros_like(x), x * 2, x.exp(), x.permute(2, 0, 1) * 2]
    return [r.stride() for r in results]


@program
def strides_of_sizes_of_one(lib):
    x, y = lib.ones(3, 1).t(), lib.ones(2, 3).t()[:, :1]
    return [f(z).stride() for z in (x, y) for f in (lib.exp, lib.clone, lib.zeros_like)] + [
        (x * 2).stride(),
        x.view(1, 3).stride(),
        lib.arange(8).as_strided([1, 2], [2, 4]).sigmoid().stride(),
        (lib.ones(2, 3, 2, 1).transpose(1, 2) + 1).stride(),
    ]


@program
def strides_of_flip_sort_and_index(lib):
    x = lib.arange(12.0).reshape(3, 4).t()
    y = lib.arange(12.0).reshape(2, 2, 3).permute(2, 1, 0)
    at = lib.tensor([0, 0])
    return [x.flip(0).stride(), x.sort(0)[0].stride(), y[:, at].stride(), y[at, :, at].stride()]


@program
def expanding_a_number(lib):
    return [lib.tensor(1.0).expand(n).stride() for n in ((1,), (1, 1), (2, 1))]


@program
def matrix_transposes_of_few_dimensions(lib):
    return lib.tensor(1.0).mT, lib.ones(2, 3).mT, lib.ones(3).mT


@program
def dividing_a_number(lib):
    return lib.tensor(1.0).chunk(1)


@program
def broadcasting_to_the_same_shape(lib):
    x = lib.ones(3)
    return lib.broadcast_tensors(x, x)[0] is x


@program
def a_reshaped_copy_is_no_view(lib):
    x = lib.ones(2, 3).t().reshape(-1)
    return x._is_view(), (lib.ones(2, 3, 4) @ lib.ones(4, 5))._is_view()


@program
def ravel_copies_what_is_not_contiguous(lib):
    x = lib.ones(1).expand(2).ravel()
    x[0] = 5
    return x


@program
def masks_without_dimensions(lib):
    x, yes, no = lib.arange(6.0).reshape(2, 3), lib.tensor(True), lib.tensor(False)
    return x[yes], x[no], x[:, yes], x[0, 1][yes], x[yes, lib.tensor([1])]


@program
def positions_without_dimensions(lib):
    x = lib.arange(6.0).reshape(2, 3)
    return x[lib.tensor(1)]._base is x, x[lib.tensor(1), lib.tensor(2)]._is_view()


@program
def indexing_with_floats(lib):
    return lib.ones(3)[lib.ones(1)]


@program
def indexing_out_of_range(lib):
    return lib.ones(3, 0)[:, lib.tensor([0])]


@program
def gradient_of_a_view_made_without_grad(lib):
    x = lib.ones(3, requires_grad=True)
    with lib.no_grad():
        view = x.expand(2, 3)
    return lib.autograd.grad(view.sum(), view, materialize_grads=True)


@program
def comparison_in_place_cuts_the_graph(lib):
    x = lib.ones(3, requires_grad=True)
    y = x * 2
    y.eq_(x)
    return lib.autograd.grad(y.sum(), x)


@program
def logic_in_place_on_a_leaf(lib):
    x = lib.ones(3, requires_grad=True)
    x.logical_not_()
    return x


@program
def a_scalar_factor_is_freed_with_the_graph(lib):
    x = lib.ones(3, requires_grad=True)
    y = (x * 2).sum()
    y.backward()
    y.backward()


@program
def second_derivative_through_a_write_to_a_view(lib):
    x = lib.tensor([0.1, 0.2, 0.3], requires_grad=True)
    y = x * 1
    y.unsqueeze(-1).tanh_()
    (first,) = lib.autograd.grad(y.square().sum(), x, create_graph=True)
    return [round(v, 4) for v in lib.autograd.grad(first.sum(), x)[0].tolist()]


@program
def transposing_in_place_without_grad(lib):
    x = lib.ones(2, 3, requires_grad=True)
    view = x.unsqueeze(0)
    with lib.no_grad():
        view.transpose_(0, 1)
    return lib.autograd.grad(view.sum(), x)


@program
def writing_to_a_stale_view_of_a_new_result(lib):
    base = lib.zeros(3)
    view = base.view(-1)
    base.add_(lib.ones(3, requires_grad=True))
    view.add_(1)


@program
def writing_a_result_that_is_not_saved(lib):
    x = lib.arange(4.0).reshape(2, 2).requires_grad_()
    largest, _ = x.max(0)
    largest.add_(1)
    y = lib.nn.functional.layer_norm(x * 1, (2,))
    y.add_(1)
    return lib.autograd.grad(largest.sum(), x)


@program
def using_what_was_detached_in_place(lib):
    x = lib.ones(3, requires_grad=True) * 1
    y = x.square()
    x.detach_()
    y.sum().backward()


@program
def results_of_inference_tensors(lib):
    with lib.inference_mode():
        x = lib.tensor(1.5, requires_grad=True)
    return x.is_inference(), (x + x).requires_grad, x.data.is_inference(), x.squeeze()._is_view()


@program
def implicit_gradient_of_a_complex_number(lib):
    lib.ones((), dtype=lib.complex64, requires_grad=True).backward()


@program
def gradient_of_another_dtype(lib):
    x = lib.ones(2, dtype=lib.float64, requires_grad=True)
    x.backward(lib.ones(2, dtype=lib.bfloat16))
    return x.grad


@program
def gradient_of_a_shape_the_node_does_not_know(lib):
    x = lib.ones(2, 3, requires_grad=True)
    y = x.abs()
    with lib.no_grad():
        y.unsqueeze_(1)
    y.backward(lib.ones(2, 1, 3))


@program
def out_with_gradients(lib):
    lib.add(lib.ones(2, requires_grad=True), 1, out=lib.zeros(2))


@program
def filling_with_what_does_not_fit(lib):
    x = lib.ones(2, dtype=lib.int32)
    return x.masked_fill(x > 0, 2.5), x.clone().fill_(-2.5), lib.full((2,), 1e20, dtype=lib.int32)


@program
def filling_integers_with_complex_numbers(lib):
    return lib.ones(2, dtype=lib.int32).masked_fill(lib.ones(2) > 0, 2j)


@program
def rounding_truth(lib):
    return lib.ones(2, dtype=lib.bool).floor()


@program
def reaching_beyond_an_empty_storage(lib):
    return lib.ones(2, 0).as_strided([1], [3])


@program
def nothing_has_no_extremes(lib):
    return lib.ones(0, 3).aminmax()


@program
def strides_of_copies_of_one_element(lib):
    x = lib.arange(4.0).reshape(1, 4)[:, 1]
    return [f.stride() for f in (x.clone(), lib.zeros_like(x), x.double(), x.bool(), x * 2)]


@program
def strides_of_what_is_computed_from_sizes_of_one(lib):
    x = lib.ones(3, 1).t() == 2
    return [f.stride() for f in (x == False, x * 1, x.logical_not(), x | True)]  # noqa: E712


@program
def strides_of_powers(lib):
    x = lib.ones(2, 2, 3, dtype=lib.bool).diagonal(-1, 0, 2)
    y = lib.ones(3, 4, 5).permute(2, 0, 1)[:, ::2]
    return [
        (z.square().stride(), z.pow(2).stride(), z.pow(2.5).stride(), lib.pow(1.5, z).stride())
        for z in (x, y)
    ]


@program
def gradients_of_matrix_products(lib):
    found = []
    for left, right in (
        ((3,), (2, 3, 4)),
        ((2, 3), (2, 3, 4)),
        ((2, 2, 3), (3,)),
        ((1, 2, 3), (2, 3, 4)),
    ):
        x, y = lib.ones(left, requires_grad=True), lib.ones(right, requires_grad=True)
        product = x @ y
        grads = lib.autograd.grad(product.sum(), (x, y))
        found.append((product.stride(), product._is_view()))
        found += [(g.stride(), g._is_view()) for g in grads]
    return found


@program
def gradients_of_matrices_in_column_order(lib):
    x = lib.ones(3, 2).t().requires_grad_()
    y = lib.ones(4, 3).t().requires_grad_()
    return [g.stride() for g in lib.autograd.grad((x @ y).sum(), (x, y))]


@program
def gradients_of_as_strided_are_views(lib):
    x = lib.arange(12.0, requires_grad=True)
    y = (x * 2).reshape(3, 4).t()
    (grad,) = lib.autograd.grad(y.as_strided([2, 3], [4, 1], 1).sum(), y)
    return grad, grad._is_view(), grad.storage_offset()


@program
def gradients_of_overlapping_memory_are_shared(lib):
    x = lib.arange(3.0, requires_grad=True) * 1
    y = x.expand(2, 3)
    return lib.autograd.grad((y.as_strided([3], [1]) * lib.arange(3.0)).sum(), y)


@program
def gradient_of_repeating_a_number(lib):
    x = lib.tensor(1.0, requires_grad=True)
    (grad,) = lib.autograd.grad(x.repeat(2).sum(), x)
    return grad, grad._is_view()


@program
def a_slice_alone_is_a_slice(lib):
    x = lib.ones(3, requires_grad=True) * 1
    return [x[key].grad_fn.name() for key in (slice(None), slice(0, 3), (slice(None),), ...)]


@program
def leaves_that_no_longer_ask_for_gradients(lib):
    x, y = lib.ones(2, requires_grad=True), lib.ones(2, requires_grad=True)
    z = (x * y).sum()
    x.requires_grad_(False)
    y.detach_()
    z.backward()
    return x.grad is None, y.grad is None


@program
def a_view_made_without_grad_is_a_leaf(lib):
    x = lib.ones(2, requires_grad=True)
    with lib.no_grad():
        view = x.view(2)
        view.zero_()
    return view.requires_grad_(False).requires_grad


@program
def assigning_a_tensor_to_itself(lib):
    x, y, z = lib.arange(3.0), lib.arange(6).reshape(2, 3), lib.tensor(1.0)
    x[None] = x
    y[None, ..., :] = y
    z[None] = z
    return x, y, z


@program
def assigning_where_memory_overlaps(lib):
    x = lib.zeros(1).expand(3)
    x[:2] = 1


@program
def assigning_by_positions_in_the_same_memory(lib):
    x = lib.arange(4).reshape(2, 2)
    x[lib.tensor([0, 0])] = x.view(2, 2)


@program
def adding_by_positions_in_the_same_memory(lib):
    x = lib.arange(4).reshape(2, 2)
    x.index_add_(0, lib.tensor([0, 0]), x)


@program
def masks_in_the_same_memory(lib):
    x = lib.arange(4).reshape(2, 2).bool()
    x.masked_fill_(x.t(), False)


@program
def filling_from_the_same_memory(lib):
    x = lib.arange(4.0)
    return x.fill_(x[2])


@program
def assigning_what_does_not_fit(lib):
    lib.zeros(0, 3)[::2] = 1 + 1j


@program
def scattering_what_does_not_fit(lib):
    lib.zeros(3).scatter_(0, lib.tensor([0]), 1 + 1j)


@program
def assigning_what_is_too_large_for_half(lib):
    x = lib.zeros(2, dtype=lib.float16)
    x[0] = 1e10
    return x


@program
def filling_with_what_is_too_large_for_half(lib):
    lib.zeros(2, dtype=lib.float16).fill_(1e10)


@program
def masked_fill_with_what_is_too_large_for_half(lib):
    lib.zeros(2, dtype=lib.float16).masked_fill(lib.ones(2, dtype=lib.bool), 1e10)


@program
def nan_as_an_integer(lib):
    lib.tensor([float("nan")], dtype=lib.int64)


@program
def a_position_out_of_range_is_said_first(lib):
    lib.zeros(0, 3).index_put_((lib.tensor([1, 0]),), lib.zeros(0, 3))


@program
def a_lost_history_is_said_first(lib):
    a, b = (lib.ones(2, requires_grad=True) * 1).unbind(0)
    with lib.no_grad():
        a.mul_(2)
    b.select(0, 0)


@program
def complex_numbers_have_no_largest(lib):
    lib.ones(2, 0, dtype=lib.complex64).argmax(1)


@program
def truth_has_no_largest(lib):
    lib.ones(2, dtype=lib.bool).argmax()


@program
def copying_into_integers_asks_no_history(lib):
    x = lib.arange(3)
    with lib.no_grad():
        view = x.view(3)
    return view.copy_(lib.ones((), requires_grad=True))


@program
def what_was_saved_is_asked_for_wanted_or_not(lib):
    x = lib.ones(3, requires_grad=True)
    with lib.no_grad():
        view = x.view(3)
    y = view.sigmoid()
    y.mul_(2)
    y.sum().backward()


@program
def names_of_nodes_that_met_numbers(lib):
    def x():
        return lib.ones(2, requires_grad=True) * 1

    zero = lib.tensor([0])
    made = [x().fmod(2), x().remainder(2), x().scatter(0, zero, 2), x().masked_fill(x() > 0, 2)]
    made += [x().lerp(x(), 0.5), 1 - x(), x().index_fill(0, zero, 2), x().eq_(x()), x().lt_(1)]
    return [y.grad_fn.name() for y in made]


@program
def the_slope_of_a_slope(lib):
    x = lib.ones(3, requires_grad=True)
    functional, found = lib.nn.functional, []
    for f in (functional.relu, functional.hardtanh, functional.hardshrink, functional.leaky_relu):
        (grad,) = lib.autograd.grad(f(x).sum(), x, create_graph=True)
        found.append(grad.requires_grad)
    return found


@program
def dividing_integers_by_zero(lib):
    lib.arange(3) // lib.zeros(3, dtype=lib.int64)


@program
def dividing_no_integers_by_zero(lib):
    return lib.arange(0) // 0, lib.arange(1.0, 3.0) // 0


@program
def more_than_there_is(lib):
    lib.ones(3).topk(5)


@program
def the_largest_of_nothing(lib):
    lib.ones(0, 3).max()


@program
def out_of_what_has_no_derivative(lib):
    x = lib.arange(3.0, requires_grad=True)
    return lib.eq(x, x, out=lib.zeros(3, requires_grad=True))


@program
def sums_in_the_dtype_of_out(lib):
    x = lib.ones(2, 3, dtype=lib.bool)
    return lib.sum(x, 0, out=lib.zeros(3, dtype=lib.bool)), lib.cumsum(x, 0, out=lib.zeros(2, 3))


@program
def activations_in_place_save_their_results(lib):
    x = lib.ones(3, requires_grad=True) * 1
    lib.nn.functional.elu_(x)
    x.trunc_()
    x.sum().backward()


@program
def dirty_leaves_without_grad(lib):
    class Doubled(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.mul_(2)

    x = lib.ones(3, requires_grad=True)
    with lib.no_grad():
        y = Doubled.apply(x)
    return y is x, y.requires_grad, x.requires_grad


@program
def backward_into_what_is_no_leaf_runs_its_node(lib):
    x = lib.ones(3, requires_grad=True)
    y = x * x
    y.sum().backward(inputs=[y])
    y.sum().backward()


@program
def distinct_values_have_no_derivative(lib):
    x = lib.ones(3, requires_grad=True)
    return x.unique().requires_grad


@program
def running_extremes_save_what_they_look_at(lib):
    x = lib.ones(3, requires_grad=True) * 1
    y = x.cummax(0)[0]
    x.zero_()
    y.sum().backward()


@program
def curvature_of_elu_at_zero(lib):
    x = lib.tensor([0.0], requires_grad=True)
    (grad,) = lib.autograd.grad(lib.nn.functional.elu(x).sum(), x, create_graph=True)
    return lib.autograd.grad(grad.sum(), x)


@program
def strides_of_copies_with_gaps(lib):
    x = lib.ones(4, 6)[:, ::2]
    y = lib.ones(3, 1).t()
    return [
        lib.slice_scatter(x, lib.zeros(2, 3), 0, 0, 2).stride(),
        lib.nan_to_num(lib.ones(1, 4).diagonal(0, 0, 1)).stride(),
        lib.zeros(0, 3).t().roll(1, 0).stride(),
        lib.ones(4, 1).diag().stride(),
        lib.kron(lib.ones(2, 3).t(), lib.ones(2, 3).t()).stride(),
        lib.fmax(y.unsqueeze(0).expand(2, 1, 3), y).stride(),
        lib.zeros(2, 0).nonzero().stride(),
    ]


@program
def odd_strides_of_one_complex_number(lib):
    return lib.view_as_complex(lib.arange(4.0).as_strided([1, 2], [3, 1]))


@program
def complex_sums_of_exponentials(lib):
    x, y = lib.tensor([1.5j, 0.5]), lib.tensor([0.5j, 2.0 + 0j])
    return lib.logaddexp(x, y).real.sum() > 0, lib.logsumexp(x, 0).real > 0, lib.exp2(y).real > 0


@program
def curvature_of_running_products_at_zeros(lib):
    found = []
    for values in ([0.0, 0.0, 0.0], [1.0, 0.0, 2.0], [2.0, 0.0, 0.0, 3.0]):
        x = lib.tensor(values, requires_grad=True)
        (grad,) = lib.autograd.grad(x.cumprod(0).sum(), x, create_graph=True)
        found += lib.autograd.grad(grad.sum(), x)
    return found


@program
def views_without_grad_are_not_saved(lib):
    x = lib.ones(1, requires_grad=True) * 1
    with lib.no_grad():
        y = x.view(1)
    x.addcmul_(y, y)
    return lib.autograd.grad(x.sum(), x)


@program
def index_fill_of_real_elements_with_a_complex_number(lib):
    return lib.arange(4.0).index_fill_(0, lib.tensor([1]), 1 + 0.5j)


@program
def diagonals_filled_in_place_count_their_writes(lib):
    tall, none, cube = lib.zeros(7, 2), lib.zeros(0, 3), lib.zeros(3, 3, 3)
    tall.fill_diagonal_(5, wrap=True)
    none.fill_diagonal_(5)
    cube.fill_diagonal_(5)
    return [x for t in (tall, none, cube) for x in (t, t._version)]


@program
def angles_of_bytes_have_their_gradients(lib):
    x, y = lib.tensor([1, 200], dtype=lib.uint8), lib.ones(2, dtype=lib.float64, requires_grad=True)
    return lib.autograd.grad(lib.atan2(x, y).sum(), y)


@program
def angles_of_bools_have_no_gradients(lib):
    y = lib.ones(2, requires_grad=True)
    return lib.autograd.grad(lib.atan2(lib.tensor([True, False]), y).sum(), y)


@program
def resize_in_inference_mode_of_what_requires_grad(lib):
    x = lib.ones(2, 3, requires_grad=True).reshape(-1)
    with lib.inference_mode():
        x.resize_(3)
    return x.shape


@program
def masked_fill_of_real_elements_with_a_complex_number_that_is_real(lib):
    x = lib.ones(2)
    return x.masked_fill_(x > 0, lib.tensor(2 + 0j))


@program
def masked_fill_of_real_elements_with_a_complex_number(lib):
    x = lib.ones(2)
    return x.masked_fill_(x > 0, lib.tensor(2 + 1j))


@program
def diag_embed_of_a_number(lib):
    return lib.diag_embed(lib.tensor(1.0))


@program
def bools_to_the_power_of_a_bool(lib):
    x = lib.tensor([True, False])
    return [x**True, x**False, x.clone().pow_(False), lib.pow(x, True)]


@pytest.mark.parametrize("name", PROGRAMS)
def test_agrees(name):
    expected, found = run(PROGRAMS[name], torch), run(PROGRAMS[name], lamina)
    if isinstance(expected, ERRORS):
        assert isinstance(found, next(kind for kind in ERRORS if isinstance(expected, kind)))
    else:
        assert found == expected


@pytest.mark.parametrize("equation", ["i...,i...->...", "ij,ij->ij", "ij,kl->ijkl", "ij,i->ij"])
def test_einsum_without_a_sum_multiplies_booleans(torch, equation):
    given = [[True, False, True]], [[True, True, False]]
    if equation == "ij,i->ij":
        given = given[0], [True]
    wanted = torch.einsum(equation, *map(torch.tensor, given))
    found = lamina.einsum(equation, *map(lamina.tensor, given))
    assert found.dtype == lamina.bool
    assert found.tolist() == wanted.tolist()
