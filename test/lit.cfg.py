# How the lit suites run; test/CMakeLists.txt fills in the paths (lit.site.cfg.py.in).
import os

import lit.formats

config.name = "corace"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".cpp", ".test", ".ll"]
config.excludes = ["Inputs", "CMakeLists.txt"]
config.test_source_root = os.path.join(config.corace_source_dir, "test")
config.test_exec_root = os.path.join(config.corace_build_dir, "test", "lit")

llvm_bin = os.path.join(config.llvm_root, "bin")
build_bin = os.path.join(config.corace_build_dir, "bin")
build_lib = os.path.join(config.corace_build_dir, "lib")
config.environment["PATH"] = os.pathsep.join([build_bin, llvm_bin, os.environ["PATH"]])
config.environment.pop("CORACE_OPTIONS", None)
config.environment["NO_COLOR"] = "1"

clangxx = os.path.join(llvm_bin, "clang++")
include = os.path.join(config.corace_source_dir, "runtime-instrument", "include")
compile_flags = f"-std=c++20 -g -I{include} -fpass-plugin={build_lib}/libcorace-pass.so"
link_flags = f"{build_lib}/libcorace-rt.a"

# Longer names first: lit replaces them in this order.
config.substitutions += [
    ("%check_corace", f"{config.python} {config.corace_source_dir}/test/check_corace.py "
                      f"--corace {build_bin}/corace --clang-tidy {llvm_bin}/clang-tidy "
                      f"--plugin {build_lib}/libcorace-tidy.so --filecheck {llvm_bin}/FileCheck"),
    ("%clang_tidy_corace", f"{llvm_bin}/clang-tidy --load={build_lib}/libcorace-tidy.so"),
    ("%clang_tidy", f"{llvm_bin}/clang-tidy"),
    ("%corace_pass", f"{build_lib}/libcorace-pass.so"),
    ("%corace_tidy", f"{build_lib}/libcorace-tidy.so"),
    ("%clangxx_instrumented", f"{clangxx} {compile_flags}"),
    ("%link_instrumented", link_flags),
    ("%clangxx", clangxx),
    ("%corace", f"{build_bin}/corace"),
    ("%python", config.python),
    ("%inputs", os.path.join(config.corace_source_dir, "test", "Inputs")),
    ("%examples", os.path.join(config.corace_source_dir, "examples")),
    ("%source_dir", config.corace_source_dir),
]
