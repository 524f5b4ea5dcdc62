/* Who acts in the demo's story: models with their prices, SDKs, users, and the agents of the
 * shop. */
#ifndef COLLECT_DEMO_CAST_H
#define COLLECT_DEMO_CAST_H

#include "collect/demo_story.h"

extern const struct story_model demo_gpt_5, demo_gpt_5_mini, demo_sonnet, demo_haiku, demo_flash,
	demo_embedder, demo_llama;
extern const struct story_sdk demo_python, demo_python_early, demo_wrapper, demo_langchain,
	demo_agent_sdk;
extern const struct story_user demo_anna, demo_bob, demo_dee, demo_eve, demo_juan, demo_kenji,
	demo_mei, demo_minjun, demo_dana, demo_ward, demo_ci, demo_titles;

/* The support desk of a shop that sells teapots. The mini one is for easy questions. */
extern const struct story_role demo_support, demo_support_mini;
extern const char demo_support_tools_slow[];  /* the tools after somebody raised a timeout */
extern const struct story_role demo_handbook; /* answers staff from the handbook */

/* Retrieval and answer as a LangChain pipeline: one trace. passages is JSON. */
void demo_handbook_trace(struct story *s, struct story_agent *agent, const char *question,
                         const char *passages, const char *answer);

#endif
