/* SPDX-License-Identifier: MIT */
/*
 * Without libFuzzer a harness replays its corpus: every file of the folders
 * named, and every truncation of each.  A crash is the failure.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILE_MAX (1 << 20)
#define TRUNCATIONS_MAX 4096

/* A copy of its own each time, so that reading past it is seen. */
static void
run(const uint8_t *data, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);

	if (copy == NULL)
		abort();
	memcpy(copy, data, n);
	(void)LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static size_t
replay(const char *dir)
{
	static uint8_t data[FILE_MAX];
	struct dirent *d;
	char path[4096];
	size_t n, cut, files = 0;
	FILE *f;
	DIR *folder = opendir(dir);

	if (folder == NULL)
		return 0;
	while ((d = readdir(folder)) != NULL) {
		(void)snprintf(path, sizeof path, "%s/%s", dir, d->d_name);
		if (d->d_name[0] == '.' || (f = fopen(path, "rb")) == NULL)
			continue;
		n = fread(data, 1, sizeof data, f);
		(void)fclose(f);
		for (cut = 0; cut < n && cut < TRUNCATIONS_MAX; cut++)
			run(data, cut);
		run(data, n);
		files++;
	}
	(void)closedir(folder);
	return files;
}

int
main(int argc, char **argv)
{
	size_t files = 0;
	int i;

	for (i = 1; i < argc; i++)
		files += replay(argv[i]);
	printf("%s - %zu files of %s replayed, with every truncation\n",
	    files > 0 ? "ok" : "not ok", files, argc > 1 ? argv[1] : "?");
	return files == 0;
}
