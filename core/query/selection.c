/* Hoare's selection: the values are parted again and again into those below and above one of them, and
 * the part with the wanted rank is gone on with. Invariant: the value of the rank is in low..high, and
 * nothing before low is greater, nothing behind high less than what is in between. */
#include "query/sort.h"

void selection_start(struct selection *s, int64_t *values, size_t n, size_t rank)
{
	*s = (struct selection){.values = values, .rank = rank, .high = (int64_t)n - 1, .seed = n};
}

/* Any of them, so that no order of values is a slow one. */
static void choose_pivot(struct selection *s)
{
	uint64_t width = (uint64_t)(s->high - s->low) + 1;

	s->seed = s->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	s->pivot = s->values[s->low + (int64_t)((s->seed >> 32) % width)];
	s->left = s->low;
	s->right = s->high;
	s->parting = true;
}

static bool part(struct selection *s, struct slice *slice)
{
	while (s->left <= s->right) {
		int64_t left = s->values[s->left], right = s->values[s->right];

		if (slice_over(slice))
			return false;
		if (left < s->pivot) {
			s->left++;
		} else if (right > s->pivot) {
			s->right--;
		} else {
			s->values[s->left++] = right;
			s->values[s->right--] = left;
		}
	}
	s->parting = false;
	return true;
}

bool selection_step(struct selection *s, struct slice *slice)
{
	int64_t rank = (int64_t)s->rank;

	while (s->low < s->high) {
		if (!s->parting)
			choose_pivot(s);
		if (!part(s, slice))
			return false;
		if (rank <= s->right)
			s->high = s->right;
		else if (rank >= s->left)
			s->low = s->left;
		else
			return true;
	}
	return true;
}
