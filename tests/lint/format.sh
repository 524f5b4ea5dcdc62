#!/bin/bash
# The layout of every C file is what clang-format 14 makes of it ("./dev fmt" does that).
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tool=$(llvm_tool clang-format) || { echo "skipped: there is no clang-format 14"; exit 77; }

verdict "$(c_files core tui tests | xargs -r "$tool" --style=file --dry-run -Werror 2>&1 |
	sed -n 's/^\([^ ]*:[0-9]*\):[0-9]*: error: .*/\1: not as clang-format has it/p' | uniq)"
