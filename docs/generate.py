"""Writes docs/dialect.md and docs/passes.md from the pages the build made of the .td files.

`--check` writes nothing and fails when a page in docs/ differs from the build's.
"""

import argparse
import importlib.resources
import os
import pathlib
import sys

PAGES = {
    "dialect.md": "# The dialect\n\nGenerated from `dialects/Lamina/*.td` by `make docs`.\n\n",
    "passes.md": "# The passes\n\nGenerated from `passes/Passes.td` by `make docs`.\n\n",
}


def generated_page(name):
    """The text of one page, as the installed build generated it, or the one of LAMINA_NATIVE_DIR."""
    build = os.environ.get("LAMINA_NATIVE_DIR")
    pages = (
        pathlib.Path(build).parent / "docs"
        if build
        else importlib.resources.files("lamina") / "_docs"
    )
    body = (pages / name).read_text()
    skipped = ("<!--", "[TOC]")
    lines = [line.rstrip() for line in body.splitlines() if not line.startswith(skipped)]
    return PAGES[name] + "\n".join(lines).strip() + "\n"


def main():
    """Write the pages, or with --check compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, fail when stale")
    check = parser.parse_args().check
    folder = pathlib.Path(__file__).parent
    stale = []
    for name in PAGES:
        page, text = folder / name, generated_page(name)
        if page.exists() and page.read_text() == text:
            continue
        stale.append(name)
        if not check:
            page.write_text(text)
    if check and stale:
        sys.exit(f"stale: docs/{', docs/'.join(stale)}; run `make docs` and commit the result")
    print("docs are fresh" if not stale else f"wrote {', '.join(stale)}")


if __name__ == "__main__":
    main()
