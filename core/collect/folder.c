/* A note is written beside its place and renamed, so that nobody reads half of one. What is read from it goes to a child's
 * environment and to our own HTTP client: only what looks like one of our URLs is taken. */
#include "collect/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define URL_MAX   200
#define TEMPORARY "tracehog-journal-"

static void path_of(struct buf *out, const char *folder, const char *name)
{
	buf_printf(out, "%s/%s", folder, name);
}

static bool write_file(const char *path, struct str bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool whole;

	if (fd < 0)
		return false;
	whole = write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n;
	close(fd);
	return whole;
}

/* Of an endpoint on all addresses this machine is asked by its loopback. */
static void append_local(struct buf *out, struct str url)
{
	static const struct {
		const char *all, *loopback;
	} names[] = {{"http://0.0.0.0:", "http://127.0.0.1:"}, {"http://[::]:", "http://[::1]:"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct str all = str_of(names[i].all);
		if (!str_starts(url, all))
			continue;
		buf_puts(out, names[i].loopback);
		url = str_sub(url, all.n, SIZE_MAX);
	}
	buf_append(out, url);
}

void folder_note_url(const char *folder, const char *url)
{
	struct buf path = {0}, beside = {0}, text = {0};

	path_of(&path, folder, ".port");
	path_of(&beside, folder, ".port.new");
	append_local(&text, str_of(url));
	buf_add(&text, '\n');
	/* Better none than an old one. */
	if (!write_file(buf_text(&beside), buf_str(&text)) ||
	    rename(buf_text(&beside), buf_text(&path)) != 0)
		unlink(buf_text(&path));
	buf_free(&path);
	buf_free(&beside);
	buf_free(&text);
}

void folder_forget_url(const char *folder)
{
	struct buf path = {0};

	path_of(&path, folder, ".port");
	unlink(buf_text(&path));
	buf_free(&path);
}

static bool is_url(struct str text)
{
	static const char known[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    ".:[]-%";
	struct str start = STR("http://");

	if (!str_starts(text, start) || text.n == start.n)
		return false;
	for (size_t i = start.n; i < text.n; i++)
		if (text.p[i] == '\0' || strchr(known, text.p[i]) == NULL)
			return false;
	return true;
}

bool folder_read_url(const char *folder, struct buf *url)
{
	struct buf path = {0};
	char bytes[URL_MAX];
	ssize_t n = -1;
	struct str text;
	int fd;

	path_of(&path, folder, ".port");
	fd = open(buf_text(&path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	buf_free(&path);
	if (fd >= 0) {
		n = read(fd, bytes, sizeof(bytes));
		close(fd);
	}
	if (n <= 0 || bytes[n - 1] != '\n')
		return false;
	text = (struct str){bytes, (size_t)n - 1};
	if (!is_url(text))
		return false;
	buf_append(url, text);
	return true;
}

enum err folder_make_temporary(struct buf *path, struct errinfo *e)
{
	const char *parent = getenv("TMPDIR");
	size_t before = path->n;

	if (parent == NULL || parent[0] != '/')
		parent = "/tmp";
	buf_printf(path, "%s/" TEMPORARY "XXXXXX", parent);
	if (mkdtemp(path->p + before) == NULL)
		return err_set(e, ERR_IO,
		               "making a folder in %s: %s: set TMPDIR to one that can be written",
		               parent, strerror(errno));
	return ERR_OK;
}

static bool is_temporary(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL && str_starts(str_of(slash + 1), STR(TEMPORARY));
}

void folder_remove_temporary(const char *path)
{
	struct buf file = {0};
	struct dirent *entry;
	DIR *list = is_temporary(path) ? opendir(path) : NULL;

	if (list == NULL)
		return;
	while ((entry = readdir(list)) != NULL) {
		buf_clear(&file);
		path_of(&file, path, entry->d_name);
		unlink(buf_text(&file));
	}
	closedir(list);
	rmdir(path);
	buf_free(&file);
}
