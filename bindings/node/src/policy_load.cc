#include <optional>
#include <string>
#include <utility>

#include "addon.h"
#include "argument.h"
#include "options.h"
#include "policy_set.h"

namespace callgate::node {
namespace {

class Load : public Napi::AsyncWorker {
 public:
  Load(Napi::Env env, napi_deferred done, std::string path, const Limits& limits)
      : AsyncWorker(env), done_(done), path_(std::move(path)), limits_(limits) {}

 protected:
  void Execute() override { policy_ = PolicySet::Load(path_, limits_); }

  void OnOK() override {
    // Both fail where the worker thread is being terminated: then nothing waits for the promise.
    if (policy_->ok()) {
      napi_resolve_deferred(Env(), done_, NewPolicySet(Env(), std::move(**policy_)));
    } else {
      napi_reject_deferred(Env(), done_,
                           MakeError(Env(), ErrorClass::kPolicyError, policy_->error()));
    }
  }

 private:
  napi_deferred done_;
  std::string path_;
  Limits limits_;
  std::optional<Result<PolicySet>> policy_;
};

}  // namespace

Napi::Value PolicyLoad(const Napi::CallbackInfo& info) {
  // Not Napi::Promise::Deferred, which holds an uninitialized promise when none can be made, as in
  // a worker thread that is being terminated.
  napi_deferred done = nullptr;
  napi_value promise = nullptr;
  if (napi_create_promise(info.Env(), &done, &promise) != napi_ok) return {};
  const BytesArgument path(info[0]);
  auto* load = new Load(info.Env(), done, std::string(path.view()), LimitsArgument(info[1]));
  load->Queue();  // deletes it when done
  return {info.Env(), promise};
}

}  // namespace callgate::node
