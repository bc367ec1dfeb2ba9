// Runs a fuzzer's property over files, without libFuzzer: each argument is a file or a directory.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

bool Replay(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return false;
  const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  // A fuzzer that aborts is a failure; its input is the last name printed.
  std::printf("%s\n", file.c_str());
  std::fflush(stdout);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  int replayed = 0;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      if (!Replay(argv[i])) {
        std::fprintf(stderr, "cannot read %s\n", argv[i]);
        return 1;
      }
      ++replayed;
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (entry.is_regular_file() && Replay(entry.path())) ++replayed;
    }
  }
  std::printf("%d inputs\n", replayed);
  // An empty corpus tests nothing, so it is an error.
  return replayed > 0 ? 0 : 1;
}
