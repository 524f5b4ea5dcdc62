/* tracehog --print-config: every setting, its value, and where that comes from. */
#ifndef PRINT_SETTINGS_H
#define PRINT_SETTINGS_H

#include "print/options.h"

int print_settings(const struct options *o); /* gives the exit code */

#endif
