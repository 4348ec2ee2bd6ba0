// The only file of this folder that knows yaml-cpp: its events become a YamlNode for each document.

#include "dsl/rule_file.h"

#include "dsl/document_reader.h"
#include "dsl/scalar_text.h"
#include "dsl/utf8.h"
#include "dsl/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <istream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::dsl {

namespace {

constexpr std::size_t kFileBytesMax = 8 * 1024 * 1024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct YamlAdvice {
  std::string_view part_of_message;
  std::string_view hint;
};
constexpr auto kYamlAdvice = std::to_array<YamlAdvice>(
    {{"illegal map value", "a text with `: ` in it needs quotes"},
     {"illegal block entry", "check the indentation"},
     {"end of map not found", "check the indentation, and quote a text that begins with `{`"},
     {"end of sequence not found", "check the indentation"},
     {"flow", "a text that begins with `{` or `[`, or has `,` in such a map or list, needs quotes"},
     {"unknown escape", "write a backslash twice, or use single quotes"},
     {"unknown token", "a text that begins with this character needs quotes"}});

std::string hint_for(std::string_view message, std::string_view line) {
  if (line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos) {
    return "YAML is indented with spaces, not with tabs";
  }
  const auto found = std::find_if(kYamlAdvice.begin(), kYamlAdvice.end(), [&](const YamlAdvice& advice) {
    return message.find(advice.part_of_message) != std::string_view::npos;
  });
  return found == kYamlAdvice.end() ? "" : std::string(found->hint);
}

/// Turns the events of yaml-cpp into the tree of one document.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::shared_ptr<const SourceFile> file, std::uint32_t text_begin, Diagnostics& diagnostics)
      : file_(std::move(file)), text_begin_(text_begin), diagnostics_(diagnostics) {}

  /// The document that was read last; nothing if something in it was refused.
  std::optional<YamlNode> take() {
    if (refused_) return std::nullopt;
    return std::move(root_);
  }

  std::uint32_t offset(const YAML::Mark& mark) const {
    const auto size = static_cast<std::uint32_t>(file_->text().size());
    return mark.is_null() ? size : std::min(size, text_begin_ + static_cast<std::uint32_t>(mark.pos));
  }

  /// Whether the last document began where the one before it did: yaml-cpp gives empty ones without end where
  /// it meets a token that begins nothing, as `,`.
  bool stuck() const { return begin_ == begin_before_; }
  std::uint32_t begin() const { return *begin_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    begin_before_ = std::exchange(begin_, offset(mark));
    root_ = {};
    open_.clear();
    refused_ = false;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    const std::string_view word = null_word_at(offset(mark));
    if (word.empty()) {
      add({YamlKind::empty, {offset(mark), offset(mark)}, {}, false, {}, {}});
    } else {
      add_scalar(mark, std::string(word), true);
    }
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "rule files have no aliases", "write it out, or use `macros:` and `lists:`");
    add({});
  }

  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_properties(mark, tag, anchor);
    add_scalar(mark, value, tag == "?");
  }

  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse_properties(mark, tag, anchor);
    open(mark, YamlKind::list);
  }

  void OnMapStart(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuse_properties(mark, tag, anchor);
    open(mark, YamlKind::map);
  }

  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Open {  // a list or map that is being read
    YamlNode node;
    std::optional<YamlNode> key;  // of a map: the one whose value comes next
  };

  // `null` is a word like others here: only what reads a value knows what it means.
  std::string_view null_word_at(std::uint32_t begin) const {
    const std::string_view rest = file_->text().substr(begin);
    for (const std::string_view word : {"null", "Null", "NULL"}) {
      if (rest.starts_with(word)) return rest.substr(0, word.size());
    }
    return {};
  }

  void add_scalar(const YAML::Mark& mark, std::string value, bool plain) {
    const Span span = refused_ ? Span{} : map_scalar(file_, offset(mark), value).span;
    add({YamlKind::scalar, span, std::move(value), plain, {}, {}});
  }

  void open(const YAML::Mark& mark, YamlKind kind) {
    if (open_.size() == kYamlDepthMax) {
      refuse(mark, "lists and maps are nested more than " + std::to_string(kYamlDepthMax) + " deep", "");
    }
    open_.push_back({{kind, {offset(mark), offset(mark)}, {}, false, {}, {}}, std::nullopt});
  }

  void close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    if (open_.size() < kYamlDepthMax) add(std::move(node));  // a deeper one was refused
  }

  void add(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    parent.node.span.end = std::max(parent.node.span.end, node.span.end);
    if (parent.node.kind == YamlKind::list) {
      parent.node.items.push_back(std::move(node));
    } else if (parent.key) {
      parent.node.entries.push_back({std::move(*parent.key), std::move(node)});
      parent.key.reset();
    } else {
      add_key(parent, std::move(node));
    }
  }

  void add_key(Open& parent, YamlNode key) {
    if (key.kind != YamlKind::scalar && !refused_) refuse_at(key.span, "E0107", "a key is a text", "");
    parent.key = std::move(key);
  }

  void refuse_properties(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_anchor(mark, anchor);
    if (!tag.empty() && tag != "?" && tag != "!")
      refuse(mark, "rule files have no tags", "take the `!…` out");
  }

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) refuse(mark, "rule files have no anchors", "a text that begins with `&` needs quotes");
  }

  void refuse(const YAML::Mark& mark, std::string message, std::string hint) {
    const std::uint32_t begin = offset(mark);
    refuse_at({begin, begin + 1}, "E0104", std::move(message), std::move(hint));
  }

  void refuse_at(Span span, std::string code, std::string message, std::string hint) {
    if (!refused_) diagnostics_.error(file_, span, std::move(code), std::move(message), std::move(hint));
    refused_ = true;
  }

  std::shared_ptr<const SourceFile> file_;
  std::uint32_t text_begin_;  // offset of the first byte that yaml-cpp sees
  Diagnostics& diagnostics_;
  std::optional<std::uint32_t> begin_;         // of the document
  std::optional<std::uint32_t> begin_before_;  // of the one before it
  YamlNode root_;
  std::vector<Open> open_;
  bool refused_ = false;
};

bool check_text(const std::shared_ptr<const SourceFile>& file, Diagnostics& diagnostics) {
  if (file->text().size() > kFileBytesMax) {
    diagnostics.error(file, {0, 0}, "E0103", "this file is larger than 8 MiB", "split it");
    return false;
  }
  if (const auto bad = find_unprintable(file->text())) {
    const auto at = static_cast<std::uint32_t>(*bad);
    diagnostics.error(file, {at, at + 1}, "E0102", "a byte that no text has", "rule files are UTF-8 text");
    return false;
  }
  return true;
}

std::vector<YamlNode> read_documents(const std::shared_ptr<const SourceFile>& file,
                                     std::uint32_t text_begin,
                                     Diagnostics& diagnostics) {
  std::vector<YamlNode> documents;
  TreeBuilder builder(file, text_begin, diagnostics);
  std::istringstream stream{std::string(file->text().substr(text_begin))};
  const auto report = [&](std::uint32_t begin, const std::string& message) {
    const std::string_view line = file->line_text(file->place(begin).line);
    const std::uint32_t end = begin < file->text().size() ? begin + 1 : begin;
    diagnostics.error(file, {begin, end}, "E0101", "this is no YAML: " + message, hint_for(message, line));
  };
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
      if (builder.stuck()) {
        report(builder.begin(), "unknown token");
        break;
      }
      if (auto document = builder.take()) documents.push_back(std::move(*document));
    }
  } catch (const YAML::Exception& error) {
    report(builder.offset(error.mark), error.msg);
  }
  return documents;
}

}  // namespace

std::vector<YamlNode> read_yaml(const std::shared_ptr<const SourceFile>& file, Diagnostics& diagnostics) {
  if (!check_text(file, diagnostics)) return {};
  const bool marked = file->text().starts_with(kByteOrderMark);
  return read_documents(file, marked ? static_cast<std::uint32_t>(kByteOrderMark.size()) : 0, diagnostics);
}

RuleFile parse_rule_file(std::shared_ptr<const SourceFile> file, Diagnostics& diagnostics) {
  RuleFile out;
  out.file = std::move(file);
  for (const YamlNode& document : read_yaml(out.file, diagnostics)) read_document(document, out, diagnostics);
  return out;
}

}  // namespace tocsin::dsl
