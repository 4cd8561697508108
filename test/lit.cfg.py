"""Lit configuration: `lit <build>/test` runs a build, `lit test` what is installed."""

import os
import shutil
import sys
import tempfile

import lit.formats

config.name = "lamina"
config.suffixes = [".mlir"]
config.test_format = lit.formats.ShTest(execute_external=False)
config.test_source_root = os.path.dirname(__file__)
config.excludes = ["python"]


def installed(tool):
    """The folder of an installed tool: on the PATH, or beside this interpreter."""
    found = shutil.which(tool) or shutil.which(tool, path=os.path.dirname(sys.executable))
    if found:
        return os.path.dirname(found)
    import llvm

    return os.path.join(llvm.__path__[0], "bin")


tools = getattr(config, "lamina_opt_dir", None) or installed("lamina-opt")
filecheck = getattr(config, "filecheck_dir", None) or installed("FileCheck")
config.test_exec_root = os.path.join(tempfile.gettempdir(), f"lamina-lit-{os.getuid()}")
config.environment["PATH"] = os.pathsep.join([tools, filecheck, os.environ["PATH"]])
