/* Words of an error's text, for error_fold.c alone. */
#ifndef QUERY_ERROR_WORD_H
#define QUERY_ERROR_WORD_H

#include "base/buf.h"

bool error_in_word(char c); /* letters, digits, _, and all beyond ASCII */
bool error_is_hex(char c);
/* Where the word that begins at `at` ends: with - . @ ~ between its letters, and with *. */
size_t error_word_end(struct str text, size_t at);

/* It names one thing: a uuid, a request, a key, a mail address. Names of models and of classes do not. */
bool error_is_id(struct str word);
/* Appends what stands for a number with or without a unit; false: it is none. */
bool error_fold_number(struct str word, struct buf *out);
/* Any other word: long runs of digits in it are N. */
void error_fold_name(struct str word, struct buf *out);

#endif
