# Finds LLVM and Clang in the version that CORACE_LLVM_VERSION names and sets up targets that use them.

find_package(LLVM ${CORACE_LLVM_VERSION} REQUIRED CONFIG
  HINTS /usr/lib/llvm-${CORACE_LLVM_VERSION}/lib/cmake/llvm)
find_package(Clang REQUIRED CONFIG HINTS ${LLVM_DIR}/../clang NO_DEFAULT_PATH)
set(CORACE_LLVM_ROOT ${LLVM_INSTALL_PREFIX})
message(STATUS "corace: LLVM ${LLVM_PACKAGE_VERSION} in ${CORACE_LLVM_ROOT}")

# Compile flags for a target that includes LLVM's headers. Linking is up to the target: the shared libraries LLVM and
# clang-cpp for programs, nothing for plugins (their host has the symbols).
function(corace_llvm_target name)
  corace_target(${name})
  target_include_directories(${name} SYSTEM PRIVATE ${LLVM_INCLUDE_DIRS} ${CLANG_INCLUDE_DIRS})
  separate_arguments(definitions UNIX_COMMAND "${LLVM_DEFINITIONS}")
  target_compile_options(${name} PRIVATE ${definitions} -Wno-unused-parameter)
  if(NOT LLVM_ENABLE_RTTI)
    target_compile_options(${name} PRIVATE -fno-rtti)
  endif()
endfunction()
