/* Fingerprints of messages: a chain of seeded hashes over the fields of their parts. Every field is hashed by itself, so that
 * nothing can move from one to the next unseen. */
#include "message/fingerprint.h"

#include "base/hash.h"
#include "base/mem.h"

uint64_t fingerprint_part(uint64_t before, const struct part *p)
{
	const uint64_t words[] = {
		before,
		(uint64_t)p->type << 1 | (p->failed ? 1 : 0),
		hash64(p->role),
		hash64(p->text),
		hash64(p->name),
		hash64(p->id),
		hash64(p->arguments),
		hash64(p->result),
	};

	return hash64((struct str){(const char *)words, sizeof(words)});
}

static uint64_t bytes_of(const struct part *p)
{
	return (uint64_t)p->text.n + p->arguments.n + p->result.n;
}

void fingerprints_read(struct fingerprints *f, const struct messages *m)
{
	uint32_t message = 0;
	uint64_t bytes = 0;

	*f = (struct fingerprints){0};
	if (m->n == 0)
		return;
	f->list = mem_zero(m->n, sizeof(*f->list));
	f->ends = mem_zero(m->n, sizeof(*f->ends));
	for (uint32_t i = 0; i < m->n; i++) {
		const struct part *p = &m->parts[i];

		if (p->side != SIDE_INPUT)
			continue;
		if (f->n == 0 || p->message != message)
			f->n++;
		message = p->message;
		bytes += bytes_of(p);
		f->list[f->n - 1] = fingerprint_part(f->list[f->n - 1], p);
		f->ends[f->n - 1] = bytes;
	}
	f->list = mem_resize(f->list, f->n + 1, sizeof(*f->list));
	f->ends = mem_resize(f->ends, f->n + 1, sizeof(*f->ends));
}

void fingerprints_free(struct fingerprints *f)
{
	mem_free(f->list);
	mem_free(f->ends);
	*f = (struct fingerprints){0};
}

uint32_t fingerprints_shared(const struct fingerprints *a, const struct fingerprints *b)
{
	uint32_t n = a->n < b->n ? a->n : b->n, shared = 0;

	while (shared < n && a->list[shared] == b->list[shared])
		shared++;
	return shared;
}
