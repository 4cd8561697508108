"""The results as a line on the terminal, JSON, a Markdown table and a chart."""

from __future__ import annotations

import json
from math import exp, log
from pathlib import Path

OURS = "lamina"


def line(result: dict, clock: str) -> str:
    """One row for the terminal: milliseconds of each rival, `!` where the result is wrong."""
    cells = []
    for name, table in result["rivals"].items():
        mark = "!" if table["wrong"] else ""
        cells.append(f"{name} {1e3 * table['median'][clock]:.3f}{mark}")
    cells += [f"{name} failed ({reason[:60]})" for name, reason in result["failures"].items()]
    return f"{result['row']:38} {result['threads']} thr.  " + "  ".join(cells)


def write(folder: Path, results: list[dict], clock: str) -> None:
    """Writes cpu.json, cpu.md and, where matplotlib is installed, cpu.png."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cpu.json").write_text(json.dumps(results, indent=1))
    (folder / "cpu.md").write_text(markdown(results, clock))
    chart(folder / "cpu.png", results, clock)


def markdown(results: list[dict], clock: str) -> str:
    """A table for each suite and number of threads: milliseconds, and ratios to ours."""
    parts = []
    for suite, threads in dict.fromkeys((r["suite"], r["threads"]) for r in results):
        group = [r for r in results if (r["suite"], r["threads"]) == (suite, threads)]
        names = list(dict.fromkeys(name for r in group for name in r["rivals"]))
        parts.append(f"### {suite}, {threads} thread{'s' * (threads > 1)}, ms ({clock} clock)\n")
        parts.append("| row | " + " | ".join(names) + " |")
        parts.append("|---" * (len(names) + 1) + "|")
        for r in group:
            parts.append(f"| {r['row']} | " + " | ".join(cell(r, n, clock) for n in names) + " |")
        means = [mean_ratio(group, name, clock) for name in names]
        parts.append("| geometric mean of ratios | " + " | ".join(means) + " |\n")
    return "\n".join(parts)


def cell(result: dict, name: str, clock: str) -> str:
    """Milliseconds, and how often ours fits into them."""
    table = result["rivals"].get(name)
    if table is None:
        return ""
    ratio = ratio_to_ours(result, name, clock)
    shown = "" if ratio is None or name == OURS else f" ({ratio:.2f}x)"
    return f"{1e3 * table['median'][clock]:.3g}{shown}{' wrong' * table['wrong']}"


def ratio_to_ours(result: dict, name: str, clock: str) -> float | None:
    """Time of a rival over ours, or None if one of them is missing."""
    rivals = result["rivals"]
    if OURS not in rivals or name not in rivals:
        return None
    return rivals[name]["median"][clock] / rivals[OURS]["median"][clock]


def mean_ratio(results: list[dict], name: str, clock: str) -> str:
    """The geometric mean over rows that both have."""
    ratios = [r for r in (ratio_to_ours(result, name, clock) for result in results) if r]
    return f"{exp(sum(map(log, ratios)) / len(ratios)):.2f}x" if ratios else ""


def chart(path: Path, results: list[dict], clock: str) -> None:
    """Bars of the ratios, one axis for each number of threads."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return
    counts = list(dict.fromkeys(r["threads"] for r in results))
    longest = max(sum(r["threads"] == threads for r in results) for threads in counts)
    figure = Figure(figsize=(7 * len(counts), 1.5 + 0.45 * longest), layout="constrained")
    for axis, threads in zip(
        figure.subplots(1, len(counts), squeeze=False)[0], counts, strict=True
    ):
        group = [r for r in results if r["threads"] == threads][::-1]
        names = [n for n in dict.fromkeys(n for r in group for n in r["rivals"]) if n != OURS]
        for i, name in enumerate(names):
            ratios = [ratio_to_ours(r, name, clock) or float("nan") for r in group]
            height = 0.8 / len(names)
            axis.barh([y - i * height for y in range(len(group))], ratios, height, label=name)
        axis.axvline(1, color="black", linewidth=0.8)
        axis.set(xscale="log", title=f"time / time of {OURS}, {threads} threads")
        axis.set_yticks(range(len(group)), [r["row"] for r in group])
        axis.legend(fontsize="small")
    figure.savefig(path, dpi=110)
