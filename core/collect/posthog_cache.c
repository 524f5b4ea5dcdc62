/* Where what was fetched is kept: CACHE/posthog/HOST/PROJECT is a journal like the local one, with its
 * lock, limits and modes. A host's folder also notes which project its key was for, so that
 * `posthog:` opens without PostHog. */
#include "collect/posthog_internal.h"

#include "collect/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CACHE_BYTES   ((uint64_t)2 << 30)
#define CACHE_SECONDS ((int64_t)90 * 24 * 3600)
#define CACHE_SEGMENT ((uint64_t)64 << 20)
#define NOTE          "project"

/* The host as one name of a folder: "us.posthog.com", "localhost_8000". */
static void host_folder(const struct posthog *p, struct buf *out)
{
	struct str host = buf_str(&p->host);
	size_t scheme = str_find(host, STR("://"), 0, false);

	if (scheme != SIZE_MAX)
		host = str_sub(host, scheme + 3, SIZE_MAX);
	buf_append(out, buf_str(&p->cache));
	buf_puts(out, "/posthog/");
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		             (c >= '0' && c <= '9') || c == '-' || (c == '.' && i > 0);

		buf_add(out, plain ? c : '_');
	}
}

static enum err open_writer(struct posthog *p, struct errinfo *e)
{
	struct journal_writer_options options = {
		.segment = CACHE_SEGMENT, .keep_bytes = CACHE_BYTES, .keep_seconds = CACHE_SECONDS};

	return journal_writer_open(&p->writer, buf_text(&p->folder), &options, e);
}

static enum err open_temporary(struct posthog *p, struct errinfo *e)
{
	enum err err;

	buf_clear(&p->folder);
	err = folder_make_temporary(&p->folder, e);
	p->temporary = err == ERR_OK;
	return err == ERR_OK ? open_writer(p, e) : err;
}

enum err posthog_cache_open(struct posthog *p, struct errinfo *e)
{
	enum err err;

	if (p->cache.n == 0)
		return open_temporary(p, e);
	buf_clear(&p->folder);
	host_folder(p, &p->folder);
	buf_printf(&p->folder, "/%u", p->project);
	err = open_writer(p, e);
	/* Another tracehog writes it: two writers would mix their lines. */
	return err == ERR_BUSY ? open_temporary(p, e) : err;
}

void posthog_cache_close(struct posthog *p)
{
	journal_writer_close(p->writer);
	p->writer = NULL;
	if (p->temporary)
		folder_remove_temporary(buf_text(&p->folder));
	p->temporary = false;
}

static void tick(void *ctx)
{
	journal_writer_tick(((struct posthog *)ctx)->writer);
}

static void on_tick(void *ctx)
{
	((struct posthog *)ctx)->reading--;
}

void posthog_cache_tick(struct posthog *p)
{
	int64_t now = time_monotonic();

	if (p->ticked != 0 && now - p->ticked < TIME_SECOND)
		return;
	p->ticked = now;
	p->reading++;
	loop_work(p->loop, tick, on_tick, p);
}

static void note_path(const struct posthog *p, struct buf *out)
{
	host_folder(p, out);
	buf_puts(out, "/" NOTE);
}

void posthog_cache_remember(const struct posthog *p)
{
	struct buf path = {0};
	char text[16];
	int fd, n;

	if (p->cache.n == 0 || p->temporary)
		return;
	note_path(p, &path);
	n = snprintf(text, sizeof(text), "%u\n", p->project);
	fd = open(buf_text(&path), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	/* Without a note the next start only needs PostHog. */
	if (fd >= 0 && write(fd, text, (size_t)n) != n)
		unlink(buf_text(&path));
	if (fd >= 0)
		close(fd);
	buf_free(&path);
}

uint32_t posthog_cache_remembered(const struct posthog *p)
{
	struct buf path = {0};
	char text[16] = {0};
	unsigned long project = 0;
	ssize_t n = -1;
	int fd;

	if (p->cache.n == 0)
		return 0;
	note_path(p, &path);
	fd = open(buf_text(&path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	if (n > 0)
		project = strtoul(text, NULL, 10);
	buf_free(&path);
	return project <= UINT32_MAX ? (uint32_t)project : 0;
}
