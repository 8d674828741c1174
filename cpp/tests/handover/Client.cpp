#include "Client.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace mailboat::handover {

namespace {

constexpr auto kConfig =
    R"(","backend":{"kind":"javaScript"},"schema":{"collections":[{"name":"numbers","columns":[)"
    R"({"name":"number","type":"integer"}]}]}})";
constexpr auto kWindow = R"({"collection":"numbers","limit":500})";

/// The number that follows a name in JSON text.
double numberAfter(const std::string& json, const std::string& name) {
  const auto at = json.find("\"" + name + "\":");
  if (at == std::string::npos) {
    throw std::runtime_error("no " + name + " in " + json);
  }
  return std::strtod(json.c_str() + at + name.size() + 3, nullptr);
}

std::size_t countOf(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

bool Rings::plant = false;

// Relaxed, since it must not put in order what the hand-over has to.

void Rings::add() {
  if (plant) {
    ++planted_;
  } else {
    count_.fetch_add(1, std::memory_order_relaxed);
  }
}

std::uint64_t Rings::count() const {
  return plant ? planted_ : count_.load(std::memory_order_relaxed);
}

/// As the shim's: a task that holds nothing but a weak pointer.
class Client::ThreadBell final : public Bell {
 public:
  ThreadBell(
      std::weak_ptr<Client> client, std::weak_ptr<JavaScriptThread> thread, std::shared_ptr<Rings> rings)
      : client_(std::move(client)), thread_(std::move(thread)), rings_(std::move(rings)) {}

  void ring() const noexcept override {
    rings_->add();
    if (const auto thread = thread_.lock()) {
      thread->post([weak = client_] {
        if (const auto client = weak.lock()) {
          client->deliver();
        }
      });
    }
  }

 private:
  std::weak_ptr<Client> client_;
  std::weak_ptr<JavaScriptThread> thread_;
  std::shared_ptr<Rings> rings_;
};

void Client::open(const std::string& file) {
  engine_ = numberAfter(std::string(waist().open(R"({"path":")" + file + kConfig)), "engine");
}

void Client::write(std::uint32_t number) {
  execute(
      R"({"type":"create","collection":"numbers","values":{"number":)" + std::to_string(number) + "}}",
      number);
}

void Client::sync() {
  execute(R"({"type":"sync"})", std::nullopt);
}

void Client::watch() {
  waist().watch(engine_, kWindow);
}

bool Client::isSuperseded() {
  try {
    waist().query(engine_, R"({"type":"status"})");
    return false;
  } catch (const rust::Error&) {
    return true;
  }
}

std::size_t Client::count() {
  const std::string request = std::string(R"({"type":"window","window":)") + kWindow + "}";
  return countOf(std::string(waist().query(engine_, request)), "\"number\":");
}

const Waist& Client::waist() {
  if (!waist_) {
    waist_.emplace(start(std::make_unique<ThreadBell>(weak_from_this(), thread_, rings_)));
  }
  return **waist_;
}

void Client::execute(const std::string& command, std::optional<std::uint32_t> number) {
  mostRingsUnderWay_ = std::max(mostRingsUnderWay_, rings_->count() - deliveries_);
  const auto request = ++lastRequest_;
  waiting_.emplace(request, number);
  waist().execute(engine_, command, request);
}

void Client::deliver() {
  ++deliveries_;
  Mail mail;
  if (!waist().take_mail(mail)) {
    return;
  }
  for (const auto engine : mail.wakes) {
    waist().drain(engine);
  }
  for (const auto& [request, resolved, answer] : mail.settled) {
    const auto waiting = waiting_.extract(request);
    if (waiting.empty()) {
      ++strays_;
    } else if (resolved && waiting.mapped()) {
      acknowledged_.insert(*waiting.mapped());
    }
  }
  waist().ring_again();
}

}  // namespace mailboat::handover
