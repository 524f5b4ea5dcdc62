# cmake -DOUT=FILE.c -P embed.cmake -- THEME...
# Writes the given *.theme files into one C file: theme_builtins[] of tui/draw/theme.h, sorted by
# name and ended by an entry of NULLs (which theme_builtins_count does not count).

set(files "")
set(seen_dashes FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(seen_dashes)
    list(APPEND files "${CMAKE_ARGV${i}}")
  elseif("${CMAKE_ARGV${i}}" STREQUAL "--")
    set(seen_dashes TRUE)
  endif()
endforeach()
list(SORT files)

set(entries "")
set(count 0)
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME_WLE)
  file(READ "${file}" text)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  string(REPLACE "\t" "\\t" text "${text}")
  string(REPLACE "\r" "" text "${text}")
  string(REPLACE "??" "?\\?" text "${text}")
  string(REPLACE "\n" "\\n\"\n\t \"" text "${text}")
  string(APPEND entries "\t{\"${name}\",\n\t \"${text}\"},\n")
  math(EXPR count "${count} + 1")
endforeach()

file(WRITE "${OUT}"
"/* The theme files of themes/, made into C by themes/embed.cmake. */
#include \"draw/theme.h\"

#include <stddef.h>

const struct theme_builtin theme_builtins[] = {
${entries}\t{NULL, NULL},
};
const size_t theme_builtins_count = ${count};
")
