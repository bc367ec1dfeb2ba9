# What the core links. Each is a well-kept library that Debian ships:
#   libsodium  all curve arithmetic, hashing, locked memory (ISC)
#   RE2        argument patterns in linear time (BSD-3)
#   libyaml    policy documents, with line and column (MIT)
# The tests compare our JSON reader with RapidJSON (MIT, headers).
# libyaml before 0.2.5 refuses what policies hold, as a colon within a text in brackets.
# No version of RE2 is asked for: Debian's re2.pc says 0.0.0.
set(CALLGATE_DEPENDENCIES PkgConfig::SODIUM PkgConfig::RE2 PkgConfig::YAML)

set(missing_apt "")
set(missing_dnf "")
set(missing_brew "")
# callgate_missing(<apt> <dnf> <brew>): remembers what to install; all of it is reported at once.
macro(callgate_missing apt dnf brew)
  string(APPEND missing_apt " ${apt}")
  string(APPEND missing_dnf " ${dnf}")
  string(APPEND missing_brew " ${brew}")
endmacro()

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(SODIUM QUIET IMPORTED_TARGET libsodium)
  pkg_check_modules(RE2 QUIET IMPORTED_TARGET re2)
  pkg_check_modules(YAML QUIET IMPORTED_TARGET yaml-0.1>=0.2.5)
else()
  callgate_missing(pkg-config pkgconf-pkg-config pkgconf)
endif()
if(NOT SODIUM_FOUND)
  callgate_missing(libsodium-dev libsodium-devel libsodium)
endif()
if(NOT RE2_FOUND)
  callgate_missing(libre2-dev re2-devel re2)
endif()
if(NOT YAML_FOUND)
  callgate_missing(libyaml-dev libyaml-devel libyaml)
endif()
if(CALLGATE_TESTS)
  find_path(RAPIDJSON_INCLUDE_DIR rapidjson/reader.h)
  if(NOT RAPIDJSON_INCLUDE_DIR)
    callgate_missing(rapidjson-dev rapidjson-devel rapidjson)
  endif()
  find_package(GTest QUIET)
  if(NOT GTest_FOUND)
    callgate_missing("libgtest-dev libgmock-dev" "gtest-devel gmock-devel" googletest)
  endif()
endif()
if(CALLGATE_BENCHMARKS)
  find_package(benchmark QUIET)
  if(NOT benchmark_FOUND)
    callgate_missing(libbenchmark-dev google-benchmark-devel google-benchmark)
  endif()
endif()

if(missing_apt)
  message(FATAL_ERROR "callgate needs packages that were not found. Install them with one of\n"
    "  apt-get install${missing_apt}\n"
    "  dnf install${missing_dnf}\n"
    "  brew install${missing_brew}\n")
endif()
