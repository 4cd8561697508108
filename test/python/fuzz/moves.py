"""The steps that a program may take: functions from a Draw to a line of Python.

A move returns the text, or for a move that writes (text, target): the generator looks at the target's
memory before it lets the step through. Moves need not be right for every tensor: what the guide refuses
is mostly dropped, and now and then kept as the last step of a program that ends in an error.
"""

from __future__ import annotations

FAMILIES: dict[str, list] = {}
WEIGHTS = {
    "view": 26,
    "write": 24,
    "geometry": 3,
    "compute": 17,
    "reduce": 6,
    "index": 6,
    "cast": 4,
    "detach": 4,
    "autograd": 6,
    "join": 3,
    "format": 2,
    "out": 2,
}


def move(family: str):
    """Adds a function to a family."""

    def add(function):
        FAMILIES.setdefault(family, []).append(function)
        return function

    return add


def several(family: str, *texts: str) -> None:
    """Adds moves that only need a variable {x}, a partner {o}, a number {n} or a dimension {d}."""
    for text in texts:
        FAMILIES.setdefault(family, []).append(_filled(text, family))


def _filled(text: str, family: str):
    writes = family == "write"

    def fill(draw):
        x = draw.image() if family == "format" else draw.variable()
        if x is None:
            return f"{draw.variable()}.contiguous()"
        made = text.format(x=x, o=draw.partner(x), n=draw.number(x), d=draw.dim(x))
        return (made, x) if writes else made

    return fill


several(
    "view",
    "{x}.view(-1)",
    "{x}.reshape(-1)",
    "{x}.t()",
    "{x}.T",
    "{x}.mT",
    "{x}.squeeze()",
    "{x}.squeeze({d})",
    "{x}.unsqueeze({d})",
    "{x}.flatten()",
    "{x}.expand_as({o})",
    "{x}.view_as({x})",
    "{x}.contiguous()",
    "torch.view_as_real({x})",
    "torch.view_as_complex({x})",
    "{x}.real",
    "{x}.imag",
    "{x}.ravel()",
    "torch.swapaxes({x}, 0, {d})",
    "torch.broadcast_to({x}, (2, *{x}.shape))",
    "torch.atleast_2d({x})",
    "{x}.reshape_as({o})",
    "{x}.view({o}.shape)",
    "{x}.moveaxis(0, {d})",
    "{x}[..., None]",
    "{x}[:, None]",
    "torch.hsplit({x}, 2)",
    "{x}.diag()",
)
several(
    "write",
    "{x}.mul_({n})",
    "{x}.add_({n})",
    "{x}.add_({o})",
    "{x}.mul_({o})",
    "{x}.sub_({o}, alpha=2)",
    "{x}.copy_({o})",
    "{x}.fill_({n})",
    "{x}.zero_()",
    "{x}.sin_()",
    "{x}.neg_()",
    "{x}.sigmoid_()",
    "{x}.abs_()",
    "{x}.clamp_(-1, 1)",
    "{x}.relu_()",
    "{x}.tanh_()",
    "{x}.addcmul_({o}, {o}, value=0.5)",
    "{x}.lerp_({o}, 0.25)",
    "{x}.masked_fill_({o} > 1, {n})",
    "{x}.div_({o} + 3)",
    "{x}.square_()",
    "{x}.logical_not_()",
    "{x}.bitwise_and_({o})",
    "{x}.eq_({o})",
    "{x}.tril_()",
    "{x}.exp_()",
    "{x}.fill_({o}.sum())",
    "{x}.floor_()",
    "{x}.pow_(2)",
    "{x}.cos_()",
    "{x}.clamp_min_({n})",
    "{x}.addcdiv_({o}, {o} * {o} + 2)",
    "{x}.div_({n}, rounding_mode='floor')",
    "{x}.remainder_(3)",
    "{x}.bitwise_or_({n})",
    "{x}.logical_and_({o})",
    "{x}.triu_()",
    "{x}.fill_diagonal_({n})",
    "{x}.round_()",
    "{x}.trunc_()",
    "{x}.sgn_()",
    "{x}.lt_({o})",
    "{x}.ne_({n})",
    "{x}.masked_fill_({x} > 1, {o}.sum())",
    "{x}.sub_({n})",
    "{x}.erf_()",
    "{x}.atan_()",
    "{x}.detach().add_(1)",
    "torch.relu_({x})",
    "torch.nn.functional.leaky_relu_({x}, 0.25)",
    "torch.nn.functional.elu_({x})",
)
several(
    "compute",
    "{x} * {n}",
    "{x} + {n}",
    "{n} - {x}",
    "{x} * {o}",
    "{x} + {o}",
    "{x} - {o}",
    "{x} / ({o} * {o} + 2)",
    "{x}.clone()",
    "{x}.exp()",
    "{x}.sin()",
    "{x}.neg()",
    "{x}.tanh()",
    "{x}.sigmoid()",
    "{x}.relu()",
    "{x}.abs()",
    "{x} > {o}",
    "{x} == {n}",
    "torch.where({x} > 1, {x}, {o})",
    "torch.maximum({x}, {o})",
    "{x}.clamp(0.5, 2)",
    "{x} @ {o}",
    "{x} @ {o}.mT",
    "{x} ** 2",
    "{x}.masked_fill({o} > 1, {n})",
    "{x}.addcmul({o}, {o})",
    "torch.zeros_like({x})",
    "torch.ones_like({x}) * {o}",
    "{x}.tril()",
    "{x}.flip(0)",
    "{x}.cumsum({d})",
    "{x}.square()",
    "{x}.logical_not()",
    "{x}.repeat(2, *[1] * {x}.dim())",
    "{x}.lerp({o}, 0.5)",
    "{x}.real.softmax({d})",
    "torch.log_softmax({x}.real, {d})",
    "{x}.cos()",
    "({x}.abs() + 1).log()",
    "({x}.abs() + 1).sqrt()",
    "({x} * {x} + 1).rsqrt()",
    "{x}.sign()",
    "{x}.sgn()",
    "{x}.round()",
    "{x}.floor()",
    "{x}.trunc()",
    "{x}.frac()",
    "{x}.erf()",
    "{x}.expm1()",
    "{x}.atan()",
    "{x}.remainder({n})",
    "{x}.fmod({o})",
    "{x}.floor_divide({n})",
    "torch.div({x}, {o} + 3, rounding_mode='trunc')",
    "torch.minimum({x}, {o})",
    "torch.fmax({x}, {o})",
    "torch.atan2({x}, {o} + 5)",
    "torch.logaddexp({x}, {o})",
    "{x}.clamp_min({n})",
    "{x}.clamp({o}, {o} + 1)",
    "torch.nn.functional.gelu({x})",
    "torch.nn.functional.silu({x})",
    "torch.nn.functional.softplus({x})",
    "torch.nn.functional.leaky_relu({x})",
    "torch.nn.functional.elu({x})",
    "torch.nn.functional.hardtanh({x})",
    "torch.nn.functional.pad({x}, (1, 1))",
    "{x}.roll(1, {d})",
    "{x}.triu(1)",
    "{x}.cumprod({d})",
    "{x}.real.cummax({d})",
    "{x}.diff()",
    "{x}.repeat_interleave(2, {d})",
    "torch.outer({x}, {o})",
    "torch.einsum('i...,i...->...', {x}, {x})",
    "torch.addmm({x}, {o}, {o}.mT)",
    "torch.dot({x}, {o})",
    "torch.kron({x}, {o})",
    "{x} & {o}",
    "{x} | {n}",
    "~{x}",
    "{x} != {o}",
    "{x} <= {n}",
    "torch.isclose({x}, {o})",
    "torch.nan_to_num({x})",
    "torch.lerp({x}, {o}, {o})",
    "torch.where({x} > 1, {x}, {n})",
    "torch.addcdiv({x}, {o}, {o} * {o} + 2)",
    "torch.full_like({x}, {n})",
    "{x}.new_ones({o}.shape)",
    "torch.diag_embed({x})",
    "{x}.trace()",
    "{x}.movedim(0, {d}).contiguous()",
)
several(
    "reduce",
    "{x}.sum()",
    "{x}.sum({d})",
    "{x}.sum({d}, keepdim=True)",
    "{x}.mean({d})",
    "{x}.mean()",
    "{x}.prod({d})",
    "{x}.real.amax({d})",
    "{x}.any()",
    "{x}.all({d})",
    "{x}.argmax({d})",
    "{x}.max({d})",
    "{x}.sort({d})",
    "{x}.norm()",
    "{x}.var()",
    "{x}.abs().logsumexp({d})",
    "{x}.count_nonzero()",
    "{x}.std({d})",
    "{x}.real.amin({d})",
    "{x}.mean().median()",
    "{x}.nansum({d})",
    "{x}.argmin({d})",
    "{x}.min({d})",
    "{x}.max()",
    "{x}.contiguous().median({d})",
    "{x}.detach().real.topk(1, {d})[0]",
    "{x}.detach().real.kthvalue(1, {d})[0]",
    "{x}.norm(1, {d})",
    "{x}.norm(p=3)",
    "torch.linalg.vector_norm({x}, 2, {d})",
    "{x}.prod()",
    "{x}.sum(dtype=torch.float64)",
    "{x}.mean({d}, keepdim=True)",
    "{x}.std()",
    "{x}.all()",
    "torch.aminmax({x}, dim={d})",
    "{x}.argsort(stable=True, dim={d})",
    "{x}.sort({d}, descending=True, stable=True)",
    "{x}.unique()",
    "{x}.nonzero()",
    "{x}.flatten().bincount()",
    "{x}.isnan().any()",
    "torch.count_nonzero({x}, {d})",
    "{x}.cumsum({d}).sum()",
)
several(
    "detach",
    "{x}.detach()",
    "{x}.detach_()",
    "{x}.requires_grad_()",
    "{x}.requires_grad_(False)",
    "{x}.data",
    "torch.tensor(1.5, requires_grad=True)",
    "{x}.detach().requires_grad_()",
)
several(
    "autograd",
    "torch.autograd.grad({x}.sum(), {o}, create_graph=True)[0]",
    "torch.autograd.grad({x}.sum(), {o}, create_graph=True, allow_unused=True)[0]",
    "torch.autograd.grad({x}.pow(2).sum(), {o}, retain_graph=True, allow_unused=True)[0]",
    "torch.autograd.grad({x}.sum(), {o}, materialize_grads=True, retain_graph=True)[0]",
    "({x} * {x}).sum().backward(retain_graph=True)",
    "{x}.sum().backward()",
    "{x}.sum().backward(create_graph=True)",
    "{x}.backward({o}.detach().clone(), retain_graph=True)",
    "{x}.register_hook(lambda grad: grad * 2)",
    "{x}.register_hook(lambda grad: None)",
    "{x}.register_post_accumulate_grad_hook(lambda leaf: None)",
    "{x}.retain_grad()",
    "torch.utils.checkpoint.checkpoint(lambda x: x.sin() * x, {x}, use_reentrant=False)",
    "Scaled.apply({x}, 2.0)",
    "Parts.apply({x})",
    "Same.apply({x})",
    "Doubled.apply({x})",
    "torch.autograd.grad({x}.sum(), {o}, torch.tensor(2.0), retain_graph=True)[0]",
    "torch.autograd.backward([{x}.sum(), {x}.mean()], inputs=[{o}])",
    "{x}.grad",
)
several(
    "geometry",
    "{x}.t_()",
    "{x}.unsqueeze_({d})",
    "{x}.squeeze_()",
    "{x}.transpose_(0, {d})",
    "{x}.squeeze_({d})",
    "{x}.swapdims_(0, {d})",
    "{x}.swapaxes_({d}, 0)",
    "{x}.set_({o})",
    "{x}.set_({x}.clone())",
    "{x}.resize_({x}.shape)",
)
several(
    "format",
    "{x}.contiguous(memory_format=torch.channels_last)",
    "{x}.to(memory_format=torch.channels_last)",
    "{x}.clone(memory_format=torch.contiguous_format)",
    "{x}.clone(memory_format=torch.channels_last)",
    "torch.empty_like({x}, memory_format=torch.channels_last).copy_({x})",
    "torch.zeros_like({x}, memory_format=torch.contiguous_format)",
    "torch.nn.functional.avg_pool2d({x}, 2)",
    "torch.nn.functional.max_pool2d({x}, 2)",
    "torch.nn.functional.interpolate({x}, scale_factor=2)",
    "torch.nn.functional.pad({x}, (1, 0, 0, 1))",
)
several("join", "torch.cat([{x}, {o}], {d})", "torch.stack([{x}, {o}])", "torch.cat([{x}, {x}])")
several("join", "torch.broadcast_tensors({x}, {o})", "torch.hstack([{x}, {x}])")


@move("view")
def transpose(draw):
    x = draw.variable()
    return f"{x}.transpose({draw.dim(x)}, {draw.dim(x)})"


@move("view")
def permute(draw):
    x = draw.variable()
    order = draw.random.sample(range(x.rank), x.rank)
    return f"{x}.permute({order})"


@move("view")
def movedim(draw):
    x = draw.variable()
    return f"{x}.movedim({draw.dim(x)}, {draw.dim(x)})"


@move("view")
def view_sizes(draw):
    x = draw.variable()
    count = x.value.numel()
    divisor = draw.of([n for n in range(1, count + 1) if count % n == 0] or [1])
    return f"{x}.{draw.of(('view', 'reshape'))}({divisor}, -1)"


@move("view")
def view_dtype(draw):
    x = draw.variable()
    same = {"float64": "int64", "float32": "int32", "int32": "float32", "float16": "int16"}
    return f"{x}.view(torch.{same.get(x.dtype, 'uint8')})"


@move("view")
def expand(draw):
    x = draw.variable()
    sizes = [3 if n == 1 and draw.chance(0.7) else -1 for n in x.shape]
    return f"{x}.expand({[2, *sizes] if draw.chance(0.3) else sizes})"


@move("view")
def narrow(draw):
    x = draw.variable()
    dim = draw.dim(x)
    start = draw.below(draw.size(x, dim))
    return f"{x}.narrow({dim}, {start}, {draw.below(draw.size(x, dim) - start + 1)})"


@move("view")
def select(draw):
    x = draw.variable()
    dim = draw.dim(x)
    return f"{x}.select({dim}, {draw.below(draw.size(x, dim)) - draw.below(2)})"


@move("view")
def basic_indexing(draw):
    x = draw.variable()
    return f"{x}[{draw.basic_index(x)}]"


@move("view")
def parts(draw):
    x = draw.variable()
    dim = draw.dim(x)
    size = draw.size(x, dim)
    cut = draw.below(size + 1)
    return draw.of(
        (
            f"{x}.split({draw.below(3) + 1}, {dim})",
            f"{x}.chunk({draw.below(3) + 1}, {dim})",
            f"{x}.unbind({dim})",
            f"{x}.split([{cut}, {size - cut}], {dim})",
            f"{x}.tensor_split(2, {dim})",
        )
    )


@move("view")
def one_part(draw):
    x = draw.variable()
    dim = draw.dim(x)
    size = draw.size(x, dim)
    return draw.of(
        (
            f"{x}.split(2, {dim})[0]",
            f"{x}.unbind({dim})[{draw.below(size)}]",
            f"{x}.chunk(2, {dim})[-1]",
        )
    )


@move("view")
def diagonal(draw):
    x = draw.variable()
    return f"{x}.diagonal({draw.below(3) - 1}, {draw.dim(x)}, {draw.dim(x)})"


@move("view")
def unfold(draw):
    x = draw.variable()
    dim = draw.dim(x)
    size = draw.below(draw.size(x, dim)) + 1
    return f"{x}.unfold({dim}, {size}, {size if draw.chance(0.7) else 1})"


@move("view")
def as_strided(draw):
    x = draw.variable()
    rank = draw.below(3)
    sizes = [draw.below(3) + 1 for _ in range(rank)]
    strides = [draw.below(4) + 1 for _ in range(rank)]
    offset = draw.of(("", "", f", {draw.below(3)}"))
    return f"{x}.as_strided({sizes}, {strides}{offset})"


@move("view")
def flatten_dims(draw):
    x = draw.variable()
    return f"{x}.flatten({draw.dim(x)}, -1)"


@move("view")
def unflatten(draw):
    x = draw.variable()
    dim = draw.dim(x)
    size = draw.size(x, dim)
    factor = draw.of([n for n in range(1, size + 1) if size % n == 0] or [1])
    return f"{x}.unflatten({dim}, ({factor}, -1))"


@move("write")
def running_sum(draw):
    x = draw.variable()
    # Of bools, only those of one element or none are summed in place.
    return (f"{x}.cumsum_({draw.dim(x)})" if x.dtype != "bool" else f"{x}.logical_xor_({x})"), x


@move("write")
def assign_basic(draw):
    x = draw.variable()
    value = draw.of((draw.number(x), draw.partner(x)))
    return f"{x}[{draw.basic_index(x)}] = {value}", x


@move("write")
def assign_arrays(draw):
    x = draw.variable()
    value = draw.of((draw.number(x), draw.partner(x)))
    return f"{x}[{draw.array_index(x)}] = {value}", x


@move("write")
def update_through_index(draw):
    x = draw.variable()
    operator = draw.of(("+=", "*=", "-="))
    return f"{x}[{draw.basic_index(x)}] {operator} {draw.number(x)}", x


@move("write")
def index_writes(draw):
    x = draw.variable()
    dim = draw.dim(x)
    wanted = draw.positions(2, draw.size(x, dim))
    source = f"{x}.index_select({dim}, {wanted})"
    return (
        draw.of(
            (
                f"{x}.index_fill_({dim}, {wanted}, {draw.number(x)})",
                f"{x}.index_add_({dim}, {wanted}, {source} * 2)",
                f"{x}.index_copy_({dim}, {wanted}, {source} * 2)",
                f"{x}.scatter_({dim}, torch.zeros_like({x}, dtype=torch.int64), {draw.number(x)})",
                f"{x}.index_put_(({wanted},), {draw.partner(x)}.clone(), accumulate=True)",
                f"{x}.masked_scatter_({x} > 1, {draw.partner(x)}.flatten().clone())",
                f"{x}.scatter_add_({dim}, torch.zeros_like({x}, dtype=torch.int64), {draw.partner(x)}.clone())",
                f"{x}.scatter_reduce_({dim}, torch.zeros_like({x}, dtype=torch.int64), {x} * 2, 'sum')",
                f"{x}.put_({draw.positions(2, x.value.numel())}, {x}.flatten()[:2].clone())",
            )
        ),
        x,
    )


@move("index")
def array_indexing(draw):
    x = draw.variable()
    return f"{x}[{draw.array_index(x)}]"


@move("index")
def selections(draw):
    x = draw.variable()
    dim = draw.dim(x)
    wanted = draw.positions(2, draw.size(x, dim))
    return draw.of(
        (
            f"{x}.index_select({dim}, {wanted})",
            f"{x}.gather({dim}, torch.zeros_like({x}, dtype=torch.int64))",
            f"torch.take_along_dim({x}, {x}.argsort({dim}), {dim})",
            f"{x}.masked_select({draw.partner(x)} > 1)",
            f"{x}.index_add({dim}, {wanted}, {x}.index_select({dim}, {wanted}))",
        )
    )


@move("cast")
def cast(draw):
    x = draw.variable()
    return draw.of(
        (
            f"{x}.to({draw.dtype()})",
            f"{x}.to({draw.dtype()})",
            f"{x}.double()",
            f"{x}.float()",
            f"{x}.to({draw.partner(x)})",
            f"{x}.type_as({draw.partner(x)})",
            f"{x}.bool()",
        )
    )


@move("out")
def out_argument(draw):
    x = draw.variable()
    alike = [v for v in draw.pool if v.shape == x.shape]
    target = draw.of(alike)
    function = draw.of(("add", "mul", "maximum", "div", "eq", "atan2", "logical_and", "where"))
    if function == "where":
        return f"torch.where({x} > 1, {x}, {draw.partner(x)}, out={target})", target
    unary = draw.of(("exp", "neg", "logical_not", "abs", "sigmoid", "sin"))
    if draw.chance(0.3):
        return f"torch.{unary}({x}, out={target})", target
    sums = [v for v in draw.pool if v.shape == x.shape[1:]]
    if sums and x.rank and draw.chance(0.2):
        # Of the size of the result: resizing the memory of other views is undefined.
        target = draw.of(sums)
        return f"torch.sum({x}.clone(), 0, out={target})", target
    return f"torch.{function}({x}, {draw.partner(x)}, out={target})", target
