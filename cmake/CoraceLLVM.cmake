# Finds LLVM and Clang in the version that CORACE_LLVM_VERSION names and sets up targets that use them.

# Without a version: LLVM's own test wants major and minor. LLVM_DIR or LLVM_ROOT point to other places.
find_package(LLVM CONFIG HINTS /usr/lib/llvm-${CORACE_LLVM_VERSION}/lib/cmake/llvm)
if(NOT LLVM_FOUND OR NOT LLVM_VERSION_MAJOR EQUAL CORACE_LLVM_VERSION)
  message(FATAL_ERROR "corace: LLVM ${CORACE_LLVM_VERSION} not found (found: ${LLVM_PACKAGE_VERSION}); "
    "install llvm-${CORACE_LLVM_VERSION}-dev and libclang-${CORACE_LLVM_VERSION}-dev, "
    "or choose another with -DCORACE_LLVM_VERSION= or -DLLVM_DIR=")
endif()
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
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${name} PRIVATE -Wno-nonnull) # GCC 12 imagines null pointers inside Clang's headers
  endif()
  if(NOT LLVM_ENABLE_RTTI)
    target_compile_options(${name} PRIVATE -fno-rtti)
  endif()
endfunction()
