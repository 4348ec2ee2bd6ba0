#pragma once
/// The one door to Catch2. Tests use only what its versions 2 and 3 share.
///
/// TOCSIN_SOURCE_DIR is the root of the source tree, where tests find their golden files.

#include <catch2/catch.hpp>
