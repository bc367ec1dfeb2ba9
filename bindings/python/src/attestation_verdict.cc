#include <string>
#include <string_view>

#include "border.h"
#include "callgate/attestation.h"
#include "topics.h"

namespace callgate::python {
namespace {

AttestationVerdict Refused(const AttestationVerdict& verdict, std::string_view name) {
  const auto reason = AttestationReasonFromName(name);
  if (!reason) throw py::value_error("no reason has that name");
  return verdict.Refused(*reason);
}

long long Milliseconds(Time time) { return time.time_since_epoch().count(); }

py::object Jkt(const AttestationVerdict& verdict) {
  if (!verdict.confirmation_key) return py::none();
  return Text(verdict.confirmation_key->Thumbprint());
}

std::string Repr(const AttestationVerdict& verdict) {
  if (verdict.verified) return "<AttestationVerdict verified>";
  return "<AttestationVerdict refused: " + std::string(AttestationReasonName(verdict.reason)) + ">";
}

using Verdict = py::class_<AttestationVerdict>;

template <typename Member>
void TextProperty(Verdict& verdict, const char* name, Member member) {
  verdict.def_property_readonly(
      name, [member](const AttestationVerdict& of) { return TextOrNone(of.*member); });
}

template <typename Get>
void ReplayProperty(Verdict& verdict, const char* name, Get get) {
  verdict.def_property_readonly(name, [get](const AttestationVerdict& of) -> py::object {
    if (!of.replay) return py::none();
    return get(*of.replay);
  });
}

}  // namespace

void RegisterAttestationVerdict(py::module_& module) {
  Verdict verdict(module, "AttestationVerdict", py::is_final());
  verdict.def_readonly("verified", &AttestationVerdict::verified)
      .def_readonly("admitted", &AttestationVerdict::admitted)
      .def_readonly("needs_key", &AttestationVerdict::needs_key)
      .def_readonly("audience_checked", &AttestationVerdict::audience_checked)
      .def_readonly("proven", &AttestationVerdict::proven)
      .def_readonly("generation", &AttestationVerdict::generation)
      .def_property_readonly("reason",
                             [](const AttestationVerdict& of) -> py::object {
                               if (of.verified) return py::none();
                               return Text(AttestationReasonName(of.reason));
                             })
      .def_property_readonly(
          "trust_level",
          [](const AttestationVerdict& of) { return Text(TrustLevelName(of.trust_level)); })
      .def_property_readonly(
          "claims_json", [](const AttestationVerdict& of) { return BytesOrNone(of.claims_json); })
      .def_property_readonly("confirmation_jkt", &Jkt)
      .def_property_readonly("expires_at",
                             [](const AttestationVerdict& of) -> py::object {
                               if (!of.verified) return py::none();
                               return py::int_(Milliseconds(of.expires_at));
                             })
      .def("refused", &Refused, py::arg("reason"))
      .def("__repr__", &Repr);
  TextProperty(verdict, "where", &AttestationVerdict::where);
  TextProperty(verdict, "message", &AttestationVerdict::message);
  TextProperty(verdict, "issuer", &AttestationVerdict::issuer);
  TextProperty(verdict, "key_id", &AttestationVerdict::key_id);
  TextProperty(verdict, "subject", &AttestationVerdict::subject);
  TextProperty(verdict, "token_id", &AttestationVerdict::token_id);
  ReplayProperty(verdict, "replay_key", [](const ReplayClaim& claim) { return Hex(claim.key); });
  ReplayProperty(verdict, "replay_bucket",
                 [](const ReplayClaim& claim) { return Hex(claim.bucket); });
  ReplayProperty(verdict, "replay_expires_at",
                 [](const ReplayClaim& claim) { return py::int_(Milliseconds(claim.expires_at)); });
}

}  // namespace callgate::python
