// The members of an object, at the top level or below, seen alike.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_OBJECT_SHAPE_H_
#define CALLGATE_CORE_POLICY_INCLUSION_OBJECT_SHAPE_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/policy/model/schema.h"

namespace callgate::policy {

class ObjectShape {
 public:
  // Views of the arguments, or of a schema of objects.
  explicit ObjectShape(const DeclaredArguments& arguments);
  explicit ObjectShape(const Schema& schema);

  bool is_top() const noexcept { return top_; }
  const std::vector<DeclaredMember>& members() const noexcept { return *members_; }
  const Schema* additional() const noexcept { return additional_; }
  const Schema* names() const noexcept { return names_; }  // null where any name is accepted
  const std::optional<std::uint64_t>& max_properties() const noexcept { return max_properties_; }

  // Siblings that continue a command: members too, though not declared by themselves.
  const std::vector<std::string_view>& continuations() const noexcept { return continuations_; }
  bool Continues(std::string_view name) const noexcept;

  // The names of further members where these are listed; nullopt where they are not.
  std::optional<std::vector<std::string_view>> ListedNames() const;
  // A further member of that name is certain to be accepted by its name;
  bool AcceptsName(std::string_view name) const;
  // or may be, where some schema of names lists it or accepts it.
  bool MayAccept(std::string_view name) const;
  // A member of that name may be there.
  bool Accepts(std::string_view name) const;
  // The most members that the object has; the largest number where there is no limit.
  std::uint64_t MostMembers() const;

 private:
  const std::vector<DeclaredMember>* members_;
  const Schema* additional_;
  const Schema* names_;
  std::optional<std::uint64_t> max_properties_;
  bool top_;
  std::vector<std::string_view> continuations_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_OBJECT_SHAPE_H_
