#include "connectors/source.h"

#include "connectors/file_source.h"
#include "connectors/follow_source.h"

namespace tocsin::connectors {

Result<std::unique_ptr<Source>> open_source(const std::string& path, bool follow) {
  if (follow && path != "-") return make_follow_source(path);
  return open_file_source(path);
}

}  // namespace tocsin::connectors
