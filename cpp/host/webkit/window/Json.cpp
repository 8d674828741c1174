#include "Json.h"

#include "Owned.h"

namespace mailboat::webkit {

Json::Json() : Json(json_node_init_object(json_node_alloc(), json_object_new())) {
  // The node has taken a reference of its own.
  json_object_unref(json_node_get_object(node_.get()));
}

std::optional<Json> Json::parse(std::string_view text) {
  const Owned<JsonParser> parser(json_parser_new());
  if (!json_parser_load_from_data(parser.get(), text.data(), static_cast<gssize>(text.size()), nullptr)) {
    return std::nullopt;
  }
  JsonNode* const root = json_parser_get_root(parser.get());
  return root && JSON_NODE_HOLDS_OBJECT(root) ? std::optional(Json(json_node_copy(root))) : std::nullopt;
}

std::string Json::text() const {
  return OwnedText(json_to_string(node_.get(), FALSE)).get();
}

bool Json::has(const char* name) const {
  return member(name) != nullptr;
}

std::string Json::string(const char* name) const {
  JsonNode* const node = member(name);
  return node && json_node_get_value_type(node) == G_TYPE_STRING ? json_node_get_string(node) : "";
}

double Json::number(const char* name) const {
  JsonNode* const node = member(name);
  return node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_double(node) : 0;
}

Json Json::object(const char* name) const {
  JsonNode* const node = member(name);
  return node && JSON_NODE_HOLDS_OBJECT(node) ? Json(json_node_copy(node)) : Json();
}

Json& Json::set(const char* name, const std::string& value) {
  return put(name, json_node_init_string(json_node_alloc(), value.c_str()));
}

Json& Json::set(const char* name, const char* value) {
  return put(name, json_node_init_string(json_node_alloc(), value));
}

Json& Json::set(const char* name, double value) {
  JsonNode* const node = json_node_alloc();
  // Whole numbers without a fraction, as JavaScript writes them: Detox compares ids.
  const auto whole = static_cast<gint64>(value);
  return put(
      name,
      static_cast<double>(whole) == value ? json_node_init_int(node, whole)
                                          : json_node_init_double(node, value));
}

Json& Json::set(const char* name, const Json& value) {
  return put(name, json_node_copy(value.node_.get()));
}

JsonNode* Json::member(const char* name) const {
  return json_object_get_member(json_node_get_object(node_.get()), name);
}

Json& Json::put(const char* name, JsonNode* node) {
  json_object_set_member(json_node_get_object(node_.get()), name, node);
  return *this;
}

}  // namespace mailboat::webkit
