/* What a cell means. Views name roles; the theme alone turns them into colours and attributes. */
#ifndef DRAW_ROLE_H
#define DRAW_ROLE_H

enum role {
	ROLE_TEXT,   /* ordinary text */
	ROLE_DIM,    /* of less interest */
	ROLE_STRONG, /* of more interest */
	ROLE_HEAD,   /* the head line */
	ROLE_HEAD_STRONG,
	ROLE_COLUMN, /* column titles */
	ROLE_RULE,   /* lines between panes */
	ROLE_STATUS, /* the status line */
	ROLE_KEY,    /* names of keys */
	ROLE_PROMPT, /* what a person is typing */
	ROLE_MARKER, /* the cursor's > and marks */
	ROLE_CURSOR, /* the row under the cursor */
	ROLE_ERROR,
	ROLE_WARNING,
	ROLE_GOOD,
	ROLE_ESTIMATE, /* numbers marked ~ */
	ROLE_UNKNOWN,  /* ? and - */
	ROLE_TIME,
	ROLE_NAME,
	ROLE_MODEL,
	ROLE_TOKENS,
	ROLE_LATENCY,
	ROLE_COST,
	ROLE_GENERATION,
	ROLE_EMBEDDING,
	ROLE_SPAN,
	ROLE_TOOL,
	ROLE_BAR, /* waterfall: a span */
	ROLE_BAR_GENERATION,
	ROLE_BAR_TOOL,
	ROLE_BAR_WAIT, /* time to first token */
	ROLE_BAR_ERROR,
	ROLE_SYSTEM, /* message roles */
	ROLE_USER,
	ROLE_ASSISTANT,
	ROLE_TOOL_MESSAGE,
	ROLE_REASONING,
	ROLE_LABEL,        /* names of properties */
	ROLE_CODE,         /* JSON and other verbatim text */
	ROLE_MATCH,        /* what find found */
	ROLE_ESCAPED,      /* bytes made visible by the cleaner */
	ROLE_SCROLL,       /* scroll bar */
	ROLE_PROMPT_VALID, /* what a person is typing where it is judged meanwhile */
	ROLE_PROMPT_INCOMPLETE,
	ROLE_PROMPT_WRONG,
	ROLE_SOURCE1, /* several sources, by turns */
	ROLE_SOURCE2,
	ROLE_SOURCE3,
	ROLE_SOURCE4,
	ROLE_SOURCE5,
	ROLE_COUNT,
};
#define ROLE_SOURCES 5u
const char *role_name(enum role role); /* as in theme files: "bar_error" */

#endif
