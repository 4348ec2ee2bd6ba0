#include "runtime/derived_event.h"

#include "base/check.h"

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

namespace tocsin::runtime {

using patterns::Output;
using patterns::Program;

namespace {

constexpr std::size_t kIdSize = 32;

void append_name(std::string& out, std::string_view name) {
  append_json_string(out, name);
  out += ':';
}

/// Where a part of the key stands in the event: `device.id` as in the events it was taken from; under its
/// text what is no path of names.
std::vector<std::string> place_of(const Program& program,
                                  const patterns::KeyPart& part,
                                  const Schema& schema) {
  const patterns::ExpressionNode& node = program.expressions.node(part.value);
  std::vector<std::string> out;
  if (node.op != patterns::Op::attribute) return {part.name};
  for (const PathSegment& segment :
       schema.path(AttributeId{static_cast<std::uint16_t>(node.index)}).segments) {
    const auto* name = std::get_if<std::string>(&segment);
    if (name == nullptr) return {part.name};
    out.push_back(*name);
  }
  return out;
}

struct PlacedPart {
  std::vector<std::string> place;
  std::size_t part;
};

/// Parts that begin with the same names come together, in the order of the first of them.
void group(std::span<PlacedPart> parts, std::size_t depth) {
  for (std::size_t first = 0; first < parts.size();) {
    const auto same = [&](const PlacedPart& other) {
      return other.place.size() > depth && other.place[depth] == parts[first].place[depth];
    };
    const auto rest = parts.subspan(first);
    const auto end = std::stable_partition(rest.begin(), rest.end(), same);
    const auto count = static_cast<std::size_t>(end - rest.begin());
    std::stable_sort(rest.begin(), end, [depth](const PlacedPart& a, const PlacedPart& b) {
      return (a.place.size() == depth + 1) > (b.place.size() == depth + 1);
    });
    if (rest.front().place.size() > depth + 1) group(rest.first(count), depth + 1);
    first += count;
  }
}

std::size_t names_shared(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

}  // namespace

DerivedWriter::DerivedWriter(const Program& program, const Schema& schema)
    : program_{program}, key_(program.key.size()) {
  for (const AlertKind kind : {AlertKind::match, AlertKind::timeout}) {
    const auto& output = output_of(kind);
    if (output && output->emit_to) forms_[static_cast<std::size_t>(kind)] = form_of(kind, *output, schema);
  }
}

const std::optional<Output>& DerivedWriter::output_of(AlertKind kind) const {
  return kind == AlertKind::match ? program_.on_match : program_.on_timeout;
}

DerivedWriter::Form DerivedWriter::form_of(AlertKind kind, const Output& output, const Schema& schema) const {
  Form form;
  form.head = "{";
  append_name(form.head, "type");
  append_json_string(form.head, schema.type_name(*output.emit_to));
  form.head += ",\"time\":\"";

  std::set<std::string> taken{"type", "time"};
  for (const patterns::Field& field : output.fields) {
    if (!taken.insert(field.name).second) continue;
    form.fields.push_back({",", field.value});
    append_name(form.fields.back().text, field.name);
  }
  place_key(form, taken, schema);
  const auto constant = [&](std::string_view name, std::string_view value) {
    if (taken.contains(std::string{name})) return;
    form.tail += ',';
    append_name(form.tail, name);
    append_json_string(form.tail, value);
  };
  constant("rule", program_.id);
  constant("kind", name_of(kind));
  constant("severity", name_of(program_.severity));
  form.tail += ",\"alert\":\"";
  return form;
}

/// The parts of the key behind the fields, but for those whose names are `taken`.
void DerivedWriter::place_key(Form& form, std::set<std::string>& taken, const Schema& schema) const {
  std::vector<PlacedPart> parts;
  for (std::size_t i = 0; i < program_.key.size(); ++i) {
    PlacedPart placed{place_of(program_, program_.key[i], schema), i};
    if (!taken.contains(placed.place.front())) parts.push_back(std::move(placed));
  }
  for (const PlacedPart& placed : parts) taken.insert(placed.place.front());
  group(parts, 0);
  std::vector<std::string> open;  // of the object that the last part stands in, and its own name
  for (const PlacedPart& placed : parts) {
    KeyPiece piece;
    const std::size_t shared = names_shared(open, placed.place);
    if (!open.empty() && (shared == open.size() || shared == placed.place.size())) continue;  // hidden
    if (!open.empty()) piece.text.append(open.size() - 1 - shared, '}');
    piece.text += ',';
    for (std::size_t depth = shared; depth < placed.place.size(); ++depth) {
      append_name(piece.text, placed.place[depth]);
      if (depth + 1 < placed.place.size()) piece.text += '{';
    }
    piece.part = placed.part;
    form.key.push_back(std::move(piece));
    open = placed.place;
  }
  if (!open.empty()) form.tail.append(open.size() - 1, '}');
}

void DerivedWriter::write(
    AlertKind kind, EventTime time, std::string_view id, const Scope& scope, std::string& out) {
  TOCSIN_DCHECK(id.size() == kIdSize, "an id has 32 digits");
  const Form& form = forms_[static_cast<std::size_t>(kind)];
  out += form.head;
  append_rfc3339(out, time);
  out += '"';
  for (const FieldPiece& piece : form.fields) {
    out += piece.text;
    append_json(out, evaluate(scope, piece.value));
  }
  std::string_view bytes = scope.key;
  for (Value& value : key_) value = read_key_bytes(bytes);
  for (const KeyPiece& piece : form.key) {
    out += piece.text;
    append_json(out, key_[piece.part]);
  }
  out += form.tail;
  out += id;
  out += "\"}";
}

std::string_view alert_id_of(std::string_view raw) {
  constexpr std::string_view kEnd = "\"}";
  return raw.substr(raw.size() - kEnd.size() - kIdSize, kIdSize);
}

}  // namespace tocsin::runtime
