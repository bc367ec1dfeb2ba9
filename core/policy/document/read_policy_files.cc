// The only file of the core that reads files.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "callgate/result.h"
#include "core/policy/document/form_reader.h"
#include "core/policy/document/read_policy.h"

namespace callgate::policy {
namespace {

namespace fs = std::filesystem;

Error Unreadable(const fs::path& path, std::string message) {
  return Error{ErrorCode::kInvalidPolicy, std::move(message), path.string()};
}

// No more of it than shows that it is too large, which ReadPolicy refuses.
Result<std::string> ReadFile(const fs::path& path, std::size_t max_bytes) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return Unreadable(path, "expected a file or directory that can be read");
  }
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::array<char, 64 * 1024> chunk;
  while (file && text.size() <= max_bytes) {
    file.read(chunk.data(), chunk.size());
    text.append(chunk.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (!file.eof() && !file) return Unreadable(path, "expected a file that can be read");
  return text;
}

bool IsPolicyFile(const fs::path& path) {
  const std::string name = path.filename().string();
  if (name.starts_with('.')) return false;
  return name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json");
}

Result<std::vector<fs::path>> FilesOf(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (IsPolicyFile(entry->path()) && !entry->is_directory(ignored))
      files.push_back(entry->path());
  }
  if (error) return Unreadable(directory, "expected a directory that can be read");
  if (files.empty()) return Unreadable(directory, "expected a *.yaml, *.yml or *.json file in it");
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

void ReadPolicyFiles(const std::string& path, const Limits& limits, PolicyReading& reading) {
  std::vector<fs::path> files = {fs::path(path)};
  std::error_code error;
  const auto refuse = [&reading](const Error& unreadable) {
    if (reading.faults.size() == kMostFaults) return;
    reading.faults.push_back({unreadable.where, 0, 0, {}, {}, unreadable.message});
  };
  if (fs::is_directory(path, error)) {
    auto listed = FilesOf(path);
    if (!listed) return refuse(listed.error());
    files = std::move(*listed);
  }
  for (const fs::path& file : files) {
    const Result<std::string> text = ReadFile(file, limits.max_policy_bytes);
    if (text) {
      ReadPolicy(*text, file.string(), limits, reading);
    } else {
      refuse(text.error());
    }
  }
}

}  // namespace callgate::policy
