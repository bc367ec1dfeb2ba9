// The 8.3 names that Windows gives to files beside their long ones, as GIT~1 for .git.
#ifndef CALLGATE_CORE_POLICY_VALUES_SHORT_NAME_H_
#define CALLGATE_CORE_POLICY_VALUES_SHORT_NAME_H_

#include <array>
#include <string>
#include <string_view>

namespace callgate::policy {

// Those of a long name, or of all long names that begin alike, whatever number they end in.
class ShortNames {
 public:
  // REQUIRES: `name` begins with a dot and is lower-case. `open`: it is the beginning of names.
  ShortNames(std::string_view name, bool open);

  // `segment` is one of them, in any case.
  [[nodiscard]] bool Hold(std::string_view segment) const noexcept;

 private:
  // `base~N.extension`: the base has at most six characters, or two and four hexadecimal digits.
  struct Form {
    std::string base;
    std::string extension;
    bool base_open = false;  // begins so
    bool extension_open = false;
  };
  static bool HasForm(const Form& form, std::string_view base, std::string_view extension) noexcept;

  std::array<Form, 2> forms_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_SHORT_NAME_H_
