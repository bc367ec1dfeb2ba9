// Which files the tools of a context may write, as far as their names and arguments show.
#ifndef CALLGATE_CORE_POLICY_LINT_WRITTEN_FILES_H_
#define CALLGATE_CORE_POLICY_LINT_WRITTEN_FILES_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/model/context.h"

namespace callgate::policy {

class WrittenFiles {
 public:
  // `context` outlives this.
  explicit WrittenFiles(const Context& context);

  // A path among the arguments.
  struct WrittenPath {
    std::string_view argument;  // the top-level one that it stands in
    const PathKind* kind;
  };
  // A capability by which files may be written.
  struct Writer {
    std::size_t capability;
    const std::string* tool;
    std::vector<WrittenPath> paths;                // or
    const std::vector<PathEntry>* list = nullptr;  // of the short form; neither: anywhere
  };
  const std::vector<Writer>& writers() const noexcept { return writers_; }

  struct Written {
    const Writer* writer = nullptr;  // null: none
    std::string path;
  };
  // The first writer of a file so called, in some directory; of any file where that is empty.
  // `file` outlives this.
  const Written& FindWriter(std::string_view file) const;
  bool MayWrite(const Writer& writer, const std::string& path) const;

 private:
  void AddWriter(std::size_t capability);
  // The directory that the writer may write the file to, or any file where that is empty.
  std::string WritesTo(const Writer& writer, std::string_view file) const;
  bool IsDenied(const Writer& writer, const std::string& path) const;

  const Context& context_;
  std::vector<Writer> writers_;
  mutable std::map<std::string_view, Written> written_;  // by file
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_WRITTEN_FILES_H_
