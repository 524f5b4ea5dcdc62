#!/usr/bin/env python3
"""Prints events of calls in every shape that says something about costs, and in some that should not be.

    generate.py EVENTS [SEED]

The same numbers give the same events.
"""
import json
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "data", "cost")
TOKENS = """input output cache_read_input cache_creation_input cache_creation_5m_input cache_creation_1h_input reasoning
    audio_input image_input cache_read_audio text_output audio_output image_output""".split()
OFTEN = {"input": 95, "output": 92, "cache_read_input": 40, "cache_creation_input": 25, "reasoning": 20}
PRICES = "input_token output_token cache_read_token cache_write_token cache_write_1h_token request web_search".split()
PROVIDERS = ["openai", "anthropic", "Anthropic", "gemini", "google", "vertex_ai", "bedrock", "azure", "openrouter", "gateway",
             "x-ai", "mistral", "groq", "perplexity", "nobody", "claude", "ai", " openai "]
NOT_COUNTS = [-5, 1.5, 1e30, 10**13, "abc", "", True, None, [], [7], {}, {"total": -1}, "NaN", "Infinity", "-3", "1.5"]
ODD_COUNTS = ["700", " 12 ", "1e3", 1000.0, {"total": 41}, {"total": "42"}, "0", -0.0, 0]


def models(name):
    with open(name, encoding="utf-8") as table:
        return [line.rstrip("\n").split("\t")[:2] for line in table if line.strip() and not line.startswith("#")]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.calls = models(os.path.join(DATA, "models.tsv"))
        rows = models(os.path.join(HERE, "..", "..", "core", "cost", "model-prices.tsv"))[1:]
        self.calls += self.random.sample(rows, 150)
        self.calls += models(os.path.join(HERE, "prices.tsv"))[1:] * 10

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def size(self):
        return self.random.randrange(1, 10 ** self.random.randrange(1, 8))

    def count(self):
        if self.chance(4):
            return self.random.choice(NOT_COUNTS)
        if self.chance(4):
            return self.random.choice(ODD_COUNTS)
        return 0 if self.chance(5) else self.size()

    def amount(self):
        if self.chance(8):
            return self.random.choice([0, -0.5, "0.25", "abc", None, "NaN", True, 1e-9, "1e-3", 0.1])
        return round(self.random.random() * self.random.choice([0.001, 0.1, 10]), self.random.randrange(3, 12))

    def price(self):
        if self.chance(8):
            return self.random.choice(["0.000002", "abc", -0.000001, None, 0, "1e-7", 1e-7, False])
        return round(self.random.random() / 1000, self.random.randrange(6, 12))

    def model(self):
        """A model and who has it."""
        model, provider = self.random.choice(self.calls)
        if self.chance(1):
            model = "".join(self.random.choice("abgo1345-./: x") for _ in range(self.random.randrange(30)))
        if self.chance(5):
            model = self.random.choice(["-20250101", "-2025-01-01", "@20250101", ":free", "-x", " "]).join([model, ""])
        if self.chance(3):
            model = model.upper()
        if self.chance(30):
            provider = self.random.choice(PROVIDERS)
        return model, provider

    def details(self, names):
        """As Gemini tells modalities."""
        return [{"modality": self.random.choice([name, name.upper()]), "tokenCount": self.count()} for name in names]

    def usage(self):
        """As a provider's own API tells it, in one of the places where SDKs put it."""
        usage = self.random.choice([
            lambda: {"promptTokensDetails": self.details(["text", "audio", "image"]),
                     "candidatesTokensDetails": self.details(["text", "image"]),
                     "cacheTokensDetails": self.details(["audio"])},
            lambda: {"prompt_tokens_details": {"audio_tokens": self.count(),
                                               "cached_tokens_details": {"audio_tokens": self.count()}}},
            lambda: {"cache_creation": {"ephemeral_5m_input_tokens": self.count(),
                                        "ephemeral_1h_input_tokens": self.count()}},
            lambda: {"prompt_tokens_details": self.details(["audio"]), "outputTokenDetails": {"textTokens": self.count()}},
            lambda: self.random.choice([None, 7, [], "x"]),
        ])()
        for path in self.random.choice([[], ["raw", "usage"], ["usageMetadata", "rawResponse"],
                                        ["google", "providerMetadata"], ["usage", "anthropic", "providerMetadata"],
                                        ["raw", "usage", "rawUsage"]]):
            usage = {path: usage}
        return usage

    def counts(self, said):
        few = self.chance(70)
        for name in TOKENS:
            if self.chance(OFTEN.get(name, 0 if few else 25)):
                said["$ai_%s_tokens" % name] = self.count()
        # Most prompts hold what was read from the cache.
        read, prompt = said.get("$ai_cache_read_input_tokens"), said.get("$ai_input_tokens")
        if type(read) is int and type(prompt) is int and self.chance(70):
            said["$ai_input_tokens"] = prompt + read

    def properties(self):
        said = {"$ai_trace_id": "t%d" % self.random.randrange(10**6)}
        said["$ai_model"], said["$ai_provider"] = self.model()
        self.counts(said)
        for name in ("input", "output", "request", "web_search", "total"):
            if self.chance(4):
                said["$ai_%s_cost_usd" % name] = self.amount()
        if self.chance(5):
            said["$ai_input_cost_usd"], said["$ai_output_cost_usd"] = self.amount(), self.amount()
        if self.chance(6):
            for name in PRICES:
                if name.endswith("put_token") or self.chance(40):
                    said["$ai_%s_price" % name] = self.price()
        for name, percent, values in (("$ai_cache_reporting_exclusive", 10, [True, False, "true", None, 1]),
                                      ("$ai_framework", 10, ["vercel", "Vercel", "langchain"]),
                                      ("$ai_service_tier", 10, ["flex", "priority", "auto", 3]),
                                      ("$ai_cost_passthrough", 3, [True, "true", False])):
            if self.chance(percent):
                said[name] = self.random.choice(values)
        if self.chance(10):
            said["$ai_request_count"] = self.count()
        if self.chance(10):
            said["$ai_web_search_count"] = self.count()
        if self.chance(10):
            said["$ai_usage"] = self.usage()
        for name in ("$ai_model", "$ai_provider"):
            if self.chance(1):
                del said[name]
        names = list(said)
        self.random.shuffle(names)
        return {name: said[name] for name in names}

    def event(self, number):
        kind = self.random.choices(["$ai_generation", "$ai_embedding", "$ai_span"], [90, 8, 2])[0]
        time = number // 1000
        return {"uuid": "%08x-0000-7000-8000-%012x" % (number, number), "event": kind, "distinct_id": "u",
                "timestamp": "2026-01-%02dT%02d:%02d:00.%03dZ" % (1 + time // 1440, time // 60 % 24, time % 60, number % 1000),
                "properties": self.properties()}


def main():
    generator = Generator(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    for number in range(int(sys.argv[1])):
        print(json.dumps(generator.event(number), separators=(",", ":")))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main()
