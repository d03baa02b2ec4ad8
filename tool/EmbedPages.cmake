# Writes the pages of the checks into a C++ file: cmake -DOUTPUT=F -DPAGES="a.md;b.md" -P EmbedPages.cmake
set(text "// Generated from docs/checks by tool/EmbedPages.cmake.\n")
foreach(page IN LISTS PAGES)
  get_filename_component(name "${page}" NAME_WE)
  file(READ "${page}" content)
  string(APPEND text "{\"${name}\", R\"corace_page(${content})corace_page\"},\n")
endforeach()
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT "@text@" @ONLY)
