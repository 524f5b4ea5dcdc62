/* Whole sequences of terminals as keys. Inside of term/ only. */
#ifndef TERM_SEQUENCE_H
#define TERM_SEQUENCE_H

#include "term/input.h"

#define CSI_PARAMETERS 4 /* more are ignored */
#define CSI_PARTS      3 /* of a parameter, between colons */

struct csi {
	uint32_t numbers[CSI_PARAMETERS][CSI_PARTS];
	unsigned count, part; /* parameter and part being read; may be beyond the arrays */
	bool any;             /* a byte between [ and the end */
	unsigned char private, intermediate;
};

/* The key of a C0 control or DEL. */
uint32_t sequence_control(unsigned char byte);
/* The key of ESC O letter, and of ESC [ letter where that is the same; 0 if there is none. */
uint32_t sequence_letter(unsigned char final);
/* The key of a CSI sequence that ends with final; 0 if it is none. Not for pastes and the mouse. */
uint32_t sequence_csi(const struct csi *c, unsigned char final);

#endif
