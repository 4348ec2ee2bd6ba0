# tocsin_folder(NAME [USES folder…] [LIBRARIES target…])
#
# One library for each top-level folder, made of its *.cc files (app/main.cc belongs to the executable).
# USES is the link line, and what the tidy test holds every #include "folder/…" against.
function(tocsin_folder name)
  cmake_parse_arguments(ARG "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  list(TRANSFORM ARG_USES PREPEND tocsin_ OUTPUT_VARIABLE used)
  add_library(tocsin_${name} STATIC ${sources})
  target_include_directories(tocsin_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(tocsin_${name} PUBLIC ${used} ${ARG_LIBRARIES})
  tocsin_warnings(tocsin_${name})
  set_property(GLOBAL APPEND PROPERTY TOCSIN_FOLDERS ${name})
endfunction()

# What g++ does by itself to zero some tens of bytes, `rep stos`, takes as long to begin as the rest takes.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  add_compile_options(-mmemset-strategy=unrolled_loop:256:noalign,libcall:-1:noalign)
endif()

# Off in release: at -O3 g++ 12 sees ghosts in moved variants and strings. "Maybe uninitialized" is a ghost of g++
# wherever it instruments for a sanitizer: its manual says so.
option(TOCSIN_WERROR "All warnings, as errors" ON)
function(tocsin_warnings target)
  if(TOCSIN_WERROR)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wshadow -Wold-style-cast -Werror -Wno-maybe-uninitialized)
  endif()
endfunction()
