/* SPDX-License-Identifier: MIT */
/* What an interpreter runs (option ProcessNames script), from its command line. */
#include <string.h>

#include "host/process_text.h"

/*
 * Of each interpreter the options that eat the next argument, those that carry the program
 * itself, those that name it, and those that take the rest of their word.  Letters are
 * one-letter options; words stand between spaces.
 */
struct interpreter {
	const char *name;		/* without its version */
	const char *with_argument, *code, *names, *with_rest;
	const char *words_with_argument, *words_code;
};

static const struct interpreter table[] = {
	{"python", "WXQ", "c", "m", "", " --check-hash-based-pycs ", ""},
	{"pypy", "WXQ", "c", "m", "", "", ""},
	{"perl", "I", "eE", "", "CDFMVdilmx", "", ""},
	{"ruby", "CEIr", "e", "", "FKTWix", " --encoding --external-encoding ", ""},
	{"node", "rC", "ep", "", "", " --require --import --loader --conditions ",
	 " --eval --print "},
	{"nodejs", "rC", "ep", "", "", " --require --import ", " --eval --print "},
	{"php", "cdzSt", "rRB", "fF", "", "", ""},
	{"sh", "oO", "c", "", "", "", ""},
	{"dash", "o", "c", "", "", "", ""},
	{"bash", "oO", "c", "", "", " --rcfile --init-file ", ""},
	{"zsh", "o", "c", "", "", "", ""},
	{"ksh", "oR", "c", "", "", "", ""},
	{"lua", "l", "e", "", "", "", ""},
	{"luajit", "l", "e", "", "Objb", "", ""},
	{"tclsh", "", "", "", "", " -encoding ", ""},
	{"Rscript", "", "e", "", "", "", ""},
	{"guile", "L", "c", "s", "", "", ""},
	{"java", "", "", "", "",
	 " -cp -classpath --class-path -p --module-path --add-modules --add-opens ", ""},
};

/* "python3.11" is "python": a version begins at the first digit, and a dash may lead to it. */
static const struct interpreter *
find(const char *name)
{
	size_t n = strcspn(name, "0123456789");

	if (n > 0 && name[n] != '\0' && name[n - 1] == '-')
		n--;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (strlen(table[i].name) == n && memcmp(table[i].name, name, n) == 0)
			return &table[i];
	return NULL;
}

struct arguments {
	const char *p, *end;		/* each ends with NUL; the last one may be cut */
};

/* The next argument, or NULL; an empty one is where a title was written over them. */
static const char *
next(struct arguments *a, size_t *len)
{
	const char *word = a->p;

	if (a->p >= a->end)
		return NULL;
	*len = strnlen(a->p, (size_t)(a->end - a->p));
	a->p += *len + 1;
	return *len > 0 ? word : NULL;
}

static bool
listed(const char *words, const char *word, size_t len)
{
	for (const char *p = words; (p = memmem(p, strlen(p), word, len)) != NULL; p++)
		if (p > words && p[-1] == ' ' && p[len] == ' ')
			return true;
	return false;
}

enum option { OPTION_ALONE, OPTION_WITH_ARGUMENT, OPTION_CODE, OPTION_NAMES };

/* -abc: the first letter that wants an argument takes the rest, or the next word. */
static enum option
judge(const struct interpreter *of, const char *word, size_t len)
{
	if (listed(of->words_with_argument, word, len))
		return OPTION_WITH_ARGUMENT;
	if (listed(of->words_code, word, len))
		return OPTION_CODE;
	if (word[1] == '-')
		return OPTION_ALONE;
	for (size_t i = 1; i < len && strchr(of->with_rest, word[i]) == NULL; i++) {
		if (strchr(of->code, word[i]) != NULL)
			return OPTION_CODE;
		if (strchr(of->names, word[i]) != NULL)
			return i + 1 == len ? OPTION_NAMES : OPTION_ALONE;
		if (strchr(of->with_argument, word[i]) != NULL)
			return i + 1 == len ? OPTION_WITH_ARGUMENT : OPTION_ALONE;
	}
	return OPTION_ALONE;
}

/* java's "-jar FILE" and "-m MODULE" are words; its one-letter forms are no bundles. */
static enum option
judge_java(const struct interpreter *of, const char *word, size_t len)
{
	if ((len == 4 && memcmp(word, "-jar", 4) == 0) || (len == 2 && word[1] == 'm'))
		return OPTION_NAMES;
	return listed(of->words_with_argument, word, len) ? OPTION_WITH_ARGUMENT : OPTION_ALONE;
}

bool
nsc_process_script(char name[NSC_PROCESS_NAME], const char *interpreter,
		   const char *cmdline, size_t len)
{
	struct arguments a = {.p = cmdline, .end = cmdline + len};
	const struct interpreter *of = find(interpreter);
	bool java = of != NULL && strcmp(of->name, "java") == 0;
	const char *word, *slash;
	size_t n;

	if (of == NULL || next(&a, &n) == NULL)
		return false;
	while ((word = next(&a, &n)) != NULL) {
		enum option o;

		if (word[0] != '-' || n == 1)
			break;
		if (n == 2 && word[1] == '-') {
			word = next(&a, &n);
			break;
		}
		o = java ? judge_java(of, word, n) : judge(of, word, n);
		if (o == OPTION_CODE)
			return false;
		if (o == OPTION_NAMES) {
			word = next(&a, &n);
			break;
		}
		if (o == OPTION_WITH_ARGUMENT && next(&a, &n) == NULL)
			return false;
	}
	if (word == NULL || (n == 1 && word[0] == '-'))
		return false;
	slash = memrchr(word, '/', n);
	if (slash != NULL && slash + 1 < word + n) {
		n -= (size_t)(slash + 1 - word);
		word = slash + 1;
	}
	if (n >= NSC_PROCESS_NAME)
		n = NSC_PROCESS_NAME - 1;
	memcpy(name, word, n);
	name[n] = '\0';
	return true;
}
