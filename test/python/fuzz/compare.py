"""Where two observations differ, as sentences; none when they agree."""

from __future__ import annotations

import numpy as np

from .observe import Observation

_RELATIVE = {"float64": 1e-9, "complex128": 1e-9, "float32": 1e-4, "complex64": 1e-4}


def differences(
    wanted: Observation,
    found: Observation,
    *,
    lines: bool = True,
    exact_versions: bool = True,
    second: bool = True,
) -> list[str]:
    """lines: whether an error must come from the same line. exact_versions: whether versions move by the
    same number, or only both or neither. second: whether second derivatives are compared.
    """
    report = _errors(wanted.error, found.error, lines)
    if report or (wanted.error and not lines):
        # What a compiled program had done before an error is nothing; an eager one has done a part.
        return report
    tolerance = _tolerance(wanted)
    if not exact_versions:
        wanted, found = _coarse(wanted), _coarse(found)
    for part in ("facts", "relations", "writes"):
        _compare(getattr(wanted, part), getattr(found, part), part, tolerance, report)
    # Of second derivatives, formulas of 16 bits leave little.
    for which in ("first", "second") if second and tolerance < 1e-2 else ("first",):
        pair = [_gradients(x.gradients.get(which), which, tolerance) for x in (wanted, found)]
        if which == "second" and _unknown(pair[0]):
            continue
        _compare(*pair, f"gradients {which}", tolerance, report)
    return report


def _unknown(gradients) -> bool:
    """Whether second derivatives are nan: at a singular point, where another formula may have a limit."""
    live = gradients if isinstance(gradients, list) else []
    return any(np.isnan(g).any() for g in live if g is not None)


def _gradients(found, which: str, tolerance: float):
    """Gradients as they are compared: of second ones, zeros count as absent."""
    if which == "first" or not isinstance(found, list):
        return found
    live = [None if g is None or np.allclose(g, 0, atol=tolerance) else g for g in found]
    return live if any(g is not None for g in live) else None


def _coarse(observation: Observation) -> Observation:
    """The observation with only so much of versions as a compiled program must keep: that those of
    written tensors move.
    """
    facts, writes = {}, {}
    for name, fact in observation.facts.items():
        facts[name] = fact
        if isinstance(fact, dict) and fact.get("version") is not None:
            facts[name] = {**fact, "version": fact["version"] > 0 if fact["written"] else None}
    for name, seen in observation.writes.items():
        writes[name] = {other: where for other, (where, _) in seen.items() if where}
    return observation._replace(facts=facts, writes=writes)


def _errors(wanted, found, lines: bool) -> list[str]:
    if wanted is None or found is None:
        return [] if wanted == found else [f"raised: expected {wanted}, found {found}"]
    if wanted[0][0] not in found[0] or (lines and wanted[1] != found[1]):
        return [f"raised: expected {wanted}, found {found}"]
    return []


def _tolerance(observation: Observation) -> float:
    """What the least precise dtype in sight allows."""
    names = [fact["dtype"] for fact in observation.facts.values() if isinstance(fact, dict)]
    floats = [n for n in names if "float" in n or "complex" in n]
    return max((_RELATIVE.get(name, 5e-2) for name in floats), default=1e-9)


def _compare(wanted, found, where: str, tolerance: float, report: list) -> None:
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in wanted.keys() | found.keys():
            _compare(wanted.get(key), found.get(key), f"{where} {key}".strip(), tolerance, report)
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for i, (a, b) in enumerate(zip(wanted, found)):
            _compare(a, b, f"{where}[{i}]", tolerance, report)
    elif isinstance(wanted, np.ndarray) and isinstance(found, np.ndarray):
        if wanted.shape != found.shape or wanted.dtype != found.dtype:
            report.append(f"{where}: expected {_kind(wanted)}, found {_kind(found)}")
        elif not _close(wanted, found, tolerance):
            report.append(f"{where}: expected {wanted.tolist()}, found {found.tolist()}")
    elif isinstance(wanted, np.ndarray) or isinstance(found, np.ndarray) or wanted != found:
        report.append(f"{where}: expected {wanted}, found {found}")


def _kind(data: np.ndarray) -> str:
    return f"{data.dtype} of {data.shape}"


def _close(wanted: np.ndarray, found: np.ndarray, tolerance: float) -> bool:
    if wanted.dtype.kind in "fc":
        if wanted.dtype == np.float16:
            wanted, found = wanted.astype(np.float32), found.astype(np.float32)
        scale = max(1.0, float(np.max(np.abs(wanted), initial=0, where=np.isfinite(wanted))))
        return np.allclose(wanted, found, rtol=tolerance, atol=tolerance * scale, equal_nan=True)
    return np.array_equal(wanted, found)
