# corace_check(TARGET): a target TARGET-corace that checks the sources of TARGET. Each is summarised by one command and
# checked by another one that has all summaries, so that Ninja runs them side by side, again only what has changed, and
# where a wrapper distributes commands, on other machines.
function(corace_check target)
  get_target_property(sources ${target} SOURCES)
  list(FILTER sources INCLUDE REGEX "\\.(cpp|cc|cxx)$")
  set(out ${CMAKE_CURRENT_BINARY_DIR}/corace/${target})
  file(MAKE_DIRECTORY ${out})
  set(summaries "")
  set(arguments "")
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE path)
    string(MAKE_C_IDENTIFIER ${source} name)
    set(summary ${out}/${name}.summary)
    add_custom_command(OUTPUT ${summary}
      COMMAND ${CORACE} summarize -p ${CMAKE_BINARY_DIR} ${path} -o ${summary} -MF ${summary}.d
      DEPENDS ${path} DEPFILE ${summary}.d COMMENT "Summarising ${source}" VERBATIM)
    list(APPEND summaries ${summary})
    list(APPEND arguments --summaries ${summary})
  endforeach()
  set(reports "")
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE path)
    string(MAKE_C_IDENTIFIER ${source} name)
    set(report ${out}/${name}.sarif)
    # A header that changes makes the summaries anew, and these the reports.
    add_custom_command(OUTPUT ${report}
      COMMAND ${CORACE} check -p ${CMAKE_BINARY_DIR} ${path} ${arguments} --sarif ${report}
      DEPENDS ${path} ${summaries} COMMENT "Checking ${source}" VERBATIM)
    list(APPEND reports ${report})
  endforeach()
  add_custom_target(${target}-corace DEPENDS ${reports})
endfunction()
