# What the core links. Each is a well-kept library that Debian ships:
#   libsodium  all curve arithmetic, hashing, locked memory (ISC)
#   RE2        argument patterns in linear time (BSD-3)
#   yaml-cpp   policy documents, with line and column (MIT)
#   RapidJSON  a tokenizer only, in one file (MIT, headers)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(YAML_CPP REQUIRED IMPORTED_TARGET yaml-cpp)
find_path(RAPIDJSON_INCLUDE_DIR rapidjson/reader.h REQUIRED)

set(CALLGATE_DEPENDENCIES PkgConfig::SODIUM PkgConfig::RE2 PkgConfig::YAML_CPP)
