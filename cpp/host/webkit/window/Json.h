// JSON as the window speaks it: one object a message, on stdin, on stdout, on the socket of
// Detox, and between the window and its page.
#pragma once

#include <json-glib/json-glib.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mailboat::webkit {

/// A JSON object. Copies share it.
class Json {
 public:
  /// An empty object.
  Json();

  /// Nothing if the text is no JSON object.
  static std::optional<Json> parse(std::string_view text);

  /// In one line.
  std::string text() const;

  bool has(const char* name) const;
  /// The member; empty, 0, an empty object when it is missing or of another kind.
  std::string string(const char* name) const;
  double number(const char* name) const;
  Json object(const char* name) const;

  Json& set(const char* name, const std::string& value);
  Json& set(const char* name, const char* value);
  Json& set(const char* name, double value);
  Json& set(const char* name, const Json& value);

 private:
  explicit Json(JsonNode* node) : node_(node, json_node_unref) {}
  JsonNode* member(const char* name) const;
  Json& put(const char* name, JsonNode* node);

  std::shared_ptr<JsonNode> node_;
};

}  // namespace mailboat::webkit
