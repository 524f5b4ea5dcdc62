/* tracehog demo without a terminal: the sample's sessions, one trace as a tree, and the totals. */
#ifndef PRINT_DEMO_H
#define PRINT_DEMO_H

int print_demo(void); /* gives the exit code */

#endif
