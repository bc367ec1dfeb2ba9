#include "callgate/gate.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "border.h"
#include "decision.h"
#include "errors.h"
#include "limits.h"
#include "plan.h"
#include "policy_set.h"
#include "token.h"
#include "topics.h"

namespace callgate::python {
namespace {

std::unique_ptr<Gate> Create(py::handle policy, const IssuerKeys& issuer_keys, py::handle issuer,
                             py::handle audience, long long leeway, bool accept_any_audience,
                             long long window, py::handle limits) {
  GateOptions options;
  options.token = ExpectationsFrom(issuer, audience, leeway, accept_any_audience);
  options.window = std::chrono::milliseconds(window);
  options.limits = LimitsFrom(limits);
  return Take(Raises::kCallgate, Gate::Create(PolicySetOf(policy), issuer_keys, options));
}

py::object Authorize(Gate& gate, py::handle data, long long now) {
  const Input bytes(data, "data");
  return Wrap(WithoutGil([&] { return gate.Authorize(bytes.view(), TimeFrom(now)); }));
}

std::unique_ptr<PlanHandle> MakePlan(Gate& gate, py::handle data, long long now) {
  const Input bytes(data, "data");
  return std::make_unique<PlanHandle>(
      WithoutGil([&] { return gate.MakePlan(bytes.view(), TimeFrom(now)); }));
}

Session Open(Gate& gate, py::handle token, py::handle public_key, py::handle parent,
             long long now) {
  if (!py::isinstance<PublicKey>(public_key)) throw py::type_error("public_key must be PublicKey");
  const auto& key = public_key.cast<const PublicKey&>();
  const Input text(token, "token");
  const std::optional<std::string> within = TextOption(parent, "parent");
  return Take(Raises::kSession, WithoutGil([&] {
                return gate.OpenSession(text.view(), key, within, TimeFrom(now));
              }));
}

Session Renew(Gate& gate, py::handle id, py::handle token, long long now) {
  const Input of(id, "id", Accept::kText);
  const Input text(token, "token");
  return Take(Raises::kSession,
              WithoutGil([&] { return gate.RenewSession(of.view(), text.view(), TimeFrom(now)); }));
}

template <Result<Session> (Gate::*Close)(std::string_view)>
Session CloseSession(Gate& gate, py::handle id) {
  const Input of(id, "id", Accept::kText);
  return Take(Raises::kSession, WithoutGil([&] { return (gate.*Close)(of.view()); }));
}

std::optional<Session> Find(const Gate& gate, py::handle id) {
  const Input of(id, "id", Accept::kText);
  // A look-up takes less time than handing the GIL over and back.
  return gate.FindSession(of.view());
}

bool IsOpen(const Gate& gate, py::handle id) {
  const Input of(id, "id", Accept::kText);
  return gate.IsOpen(of.view());
}

void SetPolicy(Gate& gate, py::handle policy) {
  PolicySet next = PolicySetOf(policy);
  WithoutGil([&] { gate.SetPolicy(std::move(next)); });
}

void SetOfferedTools(Gate& gate, const std::optional<std::vector<std::string>>& patterns) {
  Take(Raises::kCallgate, WithoutGil([&] { return gate.SetOfferedTools(patterns); }));
}

void SetIssuerKeys(Gate& gate, const IssuerKeys& issuer_keys) {
  WithoutGil([&] { gate.SetIssuerKeys(issuer_keys); });
}

py::bytes ResetClock(Gate& gate, long long now) {
  return Bytes(Take(Raises::kCallgate, WithoutGil([&] { return gate.ResetClock(TimeFrom(now)); })));
}

py::bytes ExportState(const Gate& gate) {
  return Bytes(WithoutGil([&] { return gate.ExportState(); }));
}

void RestoreState(Gate& gate, py::handle state, const py::list& effects) {
  const Input exported(state, "state");
  std::vector<std::string> records;
  for (const py::handle record : effects) records.emplace_back(Input(record, "effects").view());
  Take(Raises::kCallgate, WithoutGil([&] { return gate.RestoreState(exported.view(), records); }));
}

}  // namespace

void RegisterGate(py::module_& module) {
  module.attr("DEFAULT_WINDOW") = kDefaultWindow.count();
  py::class_<Gate>(module, "Gate", py::is_final())
      .def_static("create", &Create, py::arg("policy"), py::arg("issuer_keys"), py::arg("issuer"),
                  py::arg("audience"), py::arg("leeway"),
                  py::arg("accept_any_audience").noconvert(), py::arg("window"), py::arg("limits"))
      .def("authorize", &Authorize, py::arg("data"), py::arg("now"))
      .def("plan", &MakePlan, py::arg("data"), py::arg("now"), py::keep_alive<0, 1>())
      .def("open_session", &Open, py::arg("token"), py::arg("public_key"), py::arg("parent"),
           py::arg("now"))
      .def("renew_session", &Renew, py::arg("id"), py::arg("token"), py::arg("now"))
      .def("end_session", &CloseSession<&Gate::EndSession>, py::arg("id"))
      .def("revoke_session", &CloseSession<&Gate::RevokeSession>, py::arg("id"))
      .def("session", &Find, py::arg("id"))
      .def("is_open", &IsOpen, py::arg("id"))
      .def("set_policy", &SetPolicy, py::arg("policy"))
      .def("set_offered_tools", &SetOfferedTools, py::arg("patterns"))
      .def("set_issuer_keys", &SetIssuerKeys, py::arg("issuer_keys"))
      .def(
          "policy", [](const Gate& gate, py::handle type) { return Wrap(gate.policy(), type); },
          py::arg("type"))
      .def("reset_clock", &ResetClock, py::arg("now"))
      .def("export_state", &ExportState)
      .def("restore_state", &RestoreState, py::arg("state"), py::arg("effects"));
}

}  // namespace callgate::python
