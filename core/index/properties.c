/* The names of properties.h, by number. */
#include "index/properties.h"

#define NAME(number, name) {(name), sizeof(name) - 1},
const struct str member_names[MEMBERS] = {MEMBER_TABLE(NAME)};
const struct str property_names[PROPERTIES] = {PROPERTY_TABLE(NAME)};
const struct str listed_names[LISTED] = {LISTED_TABLE(NAME)};
const struct str usage_names[USAGES] = {USAGE_TABLE(NAME)};
#undef NAME
