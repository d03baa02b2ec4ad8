# What every target of the project shares: include roots and warnings.

function(corace_target name)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_options(${name} PRIVATE -Wall -Wextra -Wshadow -Wnon-virtual-dtor)
  if(CORACE_WERROR)
    target_compile_options(${name} PRIVATE -Werror)
  endif()
endfunction()
