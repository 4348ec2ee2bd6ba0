# Executables that no ordinary build makes: benchmarks and fuzz targets.

# The target `benchmarks`: each .cc under benchmarks/ is an executable of its own.
function(tocsin_benchmarks)
  add_custom_target(benchmarks)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/benchmarks/*.cc ${PROJECT_SOURCE_DIR}/benchmarks/by_hand/*.cc)
  foreach(source IN LISTS sources)
    tocsin_executable(${source} benchmarks)
  endforeach()
endfunction()

# The target `fuzz_targets`: each tests/fuzz/fuzz_*.cc with libFuzzer, for clang.
function(tocsin_fuzz_targets)
  add_custom_target(fuzz_targets)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/fuzz/fuzz_*.cc)
  foreach(source IN LISTS sources)
    tocsin_executable(${source} fuzz_targets)
    get_filename_component(name ${source} NAME_WE)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  endforeach()
endfunction()

function(tocsin_executable source group)
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} EXCLUDE_FROM_ALL ${source})
  target_link_libraries(${name} PRIVATE tocsin_app)
  tocsin_warnings(${name})
  add_dependencies(${group} ${name})
endfunction()
