// callgate._native.TrustSnapshot, which callgate.trust wraps.
#include "callgate/trust.h"

#include <chrono>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "border.h"
#include "topics.h"

namespace callgate::python {
namespace {

// The elements of a chain, whose bytes stay without the GIL.
class Chain {
 public:
  explicit Chain(const py::sequence& elements) {
    for (const py::handle element : elements) {
      views_.push_back(inputs_.emplace_back(element, "chain").view());
    }
  }
  const std::vector<std::string_view>& views() const noexcept { return views_; }

 private:
  std::deque<Input> inputs_;
  std::vector<std::string_view> views_;
};

std::vector<std::string> Copied(const py::sequence& elements, const char* name) {
  std::vector<std::string> copies;
  for (const py::handle element : elements) {
    copies.emplace_back(Input(element, name).view());
  }
  return copies;
}

std::vector<TrustedName> Named(const py::sequence& rows, const char* name) {
  std::vector<TrustedName> named;
  for (const py::handle row : rows) {
    const auto [key, files] = row.cast<std::pair<py::object, py::sequence>>();
    named.push_back({std::string(Input(key, name, Accept::kText).view()), Copied(files, name)});
  }
  return named;
}

std::vector<TrustSource> Sources(const py::sequence& rows) {
  std::vector<TrustSource> sources;
  for (const py::handle row : rows) {
    const auto parts = row.cast<py::tuple>();
    sources.push_back({std::string(Input(parts[0], "name", Accept::kText).view()),
                       Named(parts[1], "entities"), Named(parts[2], "bundles"),
                       parts[3].cast<bool>()});
  }
  return sources;
}

[[noreturn]] void RaiseTrustError(const Error& error, const TrustFault& fault) {
  const py::object type = py::module_::import("callgate.trust.errors").attr("TrustError");
  const py::object exception =
      type(Text(error.message), Text(CodeName(error.code)), TextOrNone(error.where));
  exception.attr("reason") = Text(TrustReasonName(fault.reason));
  exception.attr("source") = TextOrNone(fault.source);
  exception.attr("entity") = TextOrNone(fault.entity);
  if (fault.certificate != 0) exception.attr("certificate") = fault.certificate;
  PyErr_SetObject(type.ptr(), exception.ptr());
  throw py::error_already_set();
}

TrustSnapshot Load(const py::sequence& sources, const py::sequence& revoked, long long skew,
                   bool require_eku, bool accept_any_eku, std::uint64_t generation,
                   const TrustSnapshot* previous) {
  const std::vector<TrustSource> of = Sources(sources);
  const std::vector<std::string> keys = Copied(revoked, "revoked");
  const TrustOptions options{std::chrono::seconds(skew), require_eku, accept_any_eku, generation};
  TrustFault fault;
  Result<TrustSnapshot> loaded =
      WithoutGil([&] { return TrustSnapshot::Load(of, keys, options, &fault, previous); });
  if (!loaded.ok()) RaiseTrustError(loaded.error(), fault);
  return std::move(loaded).value();
}

double EpochSeconds(Time time) { return Seconds(time.time_since_epoch()); }

py::tuple Names(const std::vector<std::string>& names) {
  py::tuple result(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) result[i] = Text(names[i]);
  return result;
}

// The fields of callgate.trust.Verdict, in their order.
py::tuple Fields(const TrustVerdict& verdict) {
  const py::object none = py::none();
  const py::object leaf = verdict.leaf_sha256 ? py::object(Hex(*verdict.leaf_sha256)) : none;
  if (!verdict.trusted) {
    return py::make_tuple(false, Names(verdict.unavailable), none, none,
                          Text(TrustReasonName(verdict.reason)), TextOrNone(verdict.Where()),
                          TextOrNone(verdict.detail), none, none, none, leaf, py::tuple(), none);
  }
  py::tuple path(verdict.path_spki_sha256.size());
  for (std::size_t i = 0; i < path.size(); ++i) path[i] = Hex(verdict.path_spki_sha256[i]);
  return py::make_tuple(true, py::tuple(), Text(verdict.entity), Text(verdict.backend), none, none,
                        none, TextOrNone(verdict.spiffe_id), Hex(verdict.anchor_sha256),
                        Hex(verdict.anchor_spki_sha256), leaf, path,
                        EpochSeconds(verdict.valid_until));
}

py::tuple Verify(const TrustSnapshot& snapshot, const py::sequence& chain, long long now) {
  const Chain presented(chain);
  const TrustVerdict verdict =
      WithoutGil([&] { return snapshot.Verify(presented.views(), TimeFrom(now)); });
  return Fields(verdict);
}

py::list VerifyMany(const TrustSnapshot& snapshot, const py::sequence& chains, long long now) {
  std::deque<Chain> presented;
  std::vector<std::vector<std::string_view>> views;
  for (const py::handle chain : chains) {
    views.push_back(presented.emplace_back(chain.cast<py::sequence>()).views());
  }
  const std::vector<TrustVerdict> verdicts =
      WithoutGil([&] { return snapshot.VerifyMany(views, TimeFrom(now)); });
  py::list result;
  for (const TrustVerdict& verdict : verdicts) result.append(Fields(verdict));
  return result;
}

// The fields of callgate.trust.Anchor, in their order.
py::list Anchors(const TrustSnapshot& snapshot) {
  py::list result;
  for (const TrustAnchor& anchor : snapshot.anchors()) {
    result.append(py::make_tuple(Text(anchor.entity), Text(anchor.backend), anchor.is_bundle,
                                 Hex(anchor.sha256), Hex(anchor.spki_sha256), Text(anchor.subject),
                                 EpochSeconds(anchor.not_before), EpochSeconds(anchor.not_after)));
  }
  return result;
}

// (name, "verdict" or "load", what it means, what to do)
py::list Reasons() {
  py::list table;
#define CALLGATE_TRUST_REASON(constant, name, kind, meaning, advice) \
  table.append(py::make_tuple(name, kind, meaning, advice));
#include "callgate/trust_reasons.inc"
#undef CALLGATE_TRUST_REASON
  return table;
}

}  // namespace

void RegisterTrust(py::module_& module) {
  py::class_<TrustSnapshot>(module, "TrustSnapshot", py::is_final())
      .def("verify", &Verify, py::arg("chain"), py::arg("now"))
      .def("verify_many", &VerifyMany, py::arg("chains"), py::arg("now"))
      .def("anchors", &Anchors)
      .def_property_readonly("generation", &TrustSnapshot::generation);
  module.def("load_trust", &Load, py::arg("sources"), py::arg("revoked"),
             py::arg("not_before_skew"), py::arg("require_eku"), py::arg("accept_any_eku"),
             py::arg("generation"), py::arg("previous").none(true));
  module.def("trust_reasons", &Reasons);
}

}  // namespace callgate::python
