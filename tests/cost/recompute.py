#!/usr/bin/env python3
"""What calls cost by PostHog's rules, worked out a second time: nothing here is shared with the program, nothing is fast.

    recompute.py EVENTS.ndjson LISTING.jsonl TABLE...

LISTING is what `tracehog ls generations --jsonl` said of them, TABLEs are price tables (TSV), those that count first come
first. Says where an event's cost or its source is another one. Costs are the same within 1e-9 USD.
"""
import functools
import json
import re
import sys
from decimal import Decimal, InvalidOperation, getcontext

getcontext().prec = 60

COUNT_MAX = 10**12
NUMBER = re.compile(r"\s*-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?\s*")


# ---- the tables ----------------------------------------------------------------


class Row:
    def __init__(self, fields, rank):
        self.rank = rank
        self.model = fields["model"].lower()
        self.provider = fields.get("provider", "").lower()
        self.prices = {}
        for name, text in fields.items():
            if name not in ("model", "provider", "tiers") and text:
                self.prices[name] = Decimal(text)
        self.tiers = []
        for tier in filter(None, fields.get("tiers", "").split(";")):
            name, above, price = re.fullmatch(r"\s*(\w+)>(\d+)=(.+)", tier).groups()
            self.tiers.append((int(above), name, Decimal(price)))
        self.bare = forms_of(self.model)[3]
        self.forms = distinct(forms_of(self.model))

    def prices_for(self, prompt):
        prices = dict(self.prices)
        for above, name, price in sorted(self.tiers):
            if prompt is not None and prompt > above:
                prices[name] = price
        return prices


def read_tables(paths):
    rows = []
    for path in paths:
        names = None
        with open(path, encoding="utf-8") as table:
            for line in table:
                fields = line.rstrip("\n").split("\t")
                if line.startswith("#") or not line.strip():
                    continue
                if names is None:
                    names = fields
                else:
                    rows.append(Row(dict(zip(names, fields)), len(rows)))
    return rows


# ---- which row is for a model ----------------------------------------------------


def dashed(text):
    return re.sub("[^a-z0-9]+", "-", text).strip("-")


def forms_of(name):
    """In lower case; with a dash for all that is no letter or digit; both of what stands after the last slash."""
    last = name.split("/")[-1]
    return [name, dashed(name), last, dashed(last)]


def distinct(forms):
    return [form for form in dict.fromkeys(forms) if form]


ALIASES = {
    "anthropic": "claude anthropic-claude",
    "openai": "oai openai-api open-ai",
    "google": "google-ai-studio google-ai google-gemini google-genai google-generative-ai google-vertex google-vertexai "
    "gemini vertex vertex-ai vertexai vertex-us vertex-europe vertex-global gcp-gemini gcp-gen-ai gcp-vertex-ai",
    "aws": "amazon amazon-bedrock aws-bedrock bedrock bedrock-converse",
    "azure": "azure-ai azure-openai azure-ai-openai azure-ai-inference az-ai-openai az-ai-inference",
    "cohere": "cohere-ai",
    "mistral": "mistralai mistral-ai",
    "x-ai": "grok grok-fast xai xai-turbo",
    "deepseek": "deep-seek",
    "fireworks": "fireworks-ai",
    "groq": "groq-cloud",
    "perplexity": "perplexity-ai pplx",
    "together": "together-ai togetherai",
    "moonshotai": "moonshot moonshot-ai",
    "zhipuai": "zai z-ai",
    "voyageai": "voyage voyage-ai",
    "openrouter": "or",
}
KEYS = {alias: key for key, aliases in ALIASES.items() for alias in aliases.split()}


def provider_key(provider):
    provider = dashed(provider.lower())
    return KEYS.get(provider, provider) or "openrouter"


class Table:
    def __init__(self, rows):
        self.manual = [row for row in rows if row.provider == "posthog-manual"]
        self.others = [row for row in rows if row.provider != "posthog-manual"]

    @functools.lru_cache(maxsize=None)
    def loose(self, key):
        """Rows whose names count when they are not quite the same: a provider's own only for that provider."""
        return [row for row in self.others if row.provider in ("openrouter", "", key)]

    def exact(self, name, key):
        last = name.split("/")[-1]
        for row in self.others:
            if row.model == name:
                return row
        profile = None
        if re.match(r"(us|us-gov|eu|apac|au|jp|ca)\.", last):
            profile = "regional." + last.split(".", 1)[1]
        elif last.startswith("global."):
            profile = last
        for row in self.others:
            if profile and re.fullmatch(re.escape(profile) + "(|:.*|-v.*)", row.model):
                return row
        bare = dashed(last)
        for row in self.loose(key):
            if bare and row.bare == bare:
                return row
        return None

    def inside(self, name, key):
        found, longest, others = None, 0, distinct(forms_of(name))
        for row in self.loose(key):
            for form in row.forms:
                if len(form) > longest and any(form in other for other in others):
                    found, longest = row, len(form)
        return found

    def around(self, name, key):
        forms = distinct(forms_of(name))
        for row in self.loose(key):
            if any(form in other for other in row.forms for form in forms):
                return row
        return None

    def match(self, name, key):
        for wanted in (name, name.split("/")[-1]):
            for row in self.manual:
                if row.model == wanted:
                    return row
        row = self.exact(name, key)
        if row or name.endswith(":free"):
            return row or Row({"model": ":free", "prompt": "0", "completion": "0"}, -1)
        cut = re.sub(r"(?<=.)(-\d{4}-\d\d-\d\d|[-@]\d{8})$", "", name)
        if cut != name:
            row = self.exact(cut, key)
        return row or self.inside(cut, key) or self.around(cut, key)

    @functools.lru_cache(maxsize=None)
    def find(self, name, key, is_flex, is_long):
        if not name or len(name.encode()) > 512:
            return None
        if "gemini-2.5-pro-preview" in name:
            name = "gemini-2.5-pro-preview" + (":large" if is_long else "")
        row = self.match(name, key)
        if row is None or row.rank < 0 or row.provider == "posthog-manual":
            return row
        same = [other for other in self.others if other.bare == row.bare]
        tests = [lambda other: other.provider == key, lambda other: key in other.provider]
        if is_flex:
            tests.insert(0, lambda other: other.provider == key + "-flex")
        if row.provider == key:
            same.insert(0, row)
        for test in tests:
            for other in same:
                if test(other):
                    return other
        if row.provider in ("openrouter", ""):
            return row
        return next((other for other in same if other.provider == "openrouter"), row)


# ---- what an event says -----------------------------------------------------------


def number(value):
    if isinstance(value, str) and NUMBER.fullmatch(value):
        value = value.strip()
    elif isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    try:
        value = Decimal(value)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def count(value):
    """A whole number that can be one, or None."""
    if isinstance(value, dict):
        value = value.get("total")
    value = number(value)
    if value is None or value < 0 or value > COUNT_MAX or value != value.to_integral_value():
        return None
    return int(value)


def price(value):
    value = number(value)
    return None if value is None or value < 0 else value


def members(value, *path):
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def raw_count(value):
    return count(value) if not isinstance(value, (str, dict)) else None


def first_of(usage, *names):
    return next((usage[name] for name in names if usage.get(name) is not None), None)


def modalities(details):
    """{"text": 598, "audio": 750} of Gemini's lists, or of an object of them."""
    found = {}
    if isinstance(details, list):
        for detail in details:
            if isinstance(detail, dict) and isinstance(detail.get("modality"), str):
                tokens = raw_count(first_of(detail, "tokenCount", "token_count"))
                if tokens is not None:
                    found[detail["modality"].lower()] = tokens
    elif isinstance(details, dict):
        for name in ("text", "audio", "image"):
            tokens = raw_count(details.get(name + "Tokens"))
            if tokens is not None:
                found[name] = tokens
    return found


def read_raw(usage, out):
    written = members(usage, "cache_creation")
    some, said = {}, {}
    said["cache_creation_5m_input"] = raw_count(written.get("ephemeral_5m_input_tokens"))
    said["cache_creation_1h_input"] = raw_count(written.get("ephemeral_1h_input_tokens"))
    found = modalities(first_of(usage, "promptTokensDetails", "prompt_tokens_details"))
    some["audio_input"], some["image_input"] = found.get("audio"), found.get("image")
    found = modalities(first_of(usage, "candidatesTokensDetails", "candidates_tokens_details", "outputTokenDetails"))
    some["image_output"], said["text_output"] = found.get("image"), found.get("text")
    found = modalities(first_of(usage, "cacheTokensDetails", "cache_tokens_details"))
    some["cache_read_audio"] = found.get("audio")
    prompt = members(usage, "prompt_tokens_details")
    some["audio_input"] = raw_count(prompt.get("audio_tokens")) or some["audio_input"]
    cached = members(prompt, "cached_tokens_details")
    some["cache_read_audio"] = raw_count(cached.get("audio_tokens")) or some["cache_read_audio"]
    out.update({name: tokens for name, tokens in said.items() if tokens is not None})
    out.update({name: tokens for name, tokens in some.items() if tokens})


def read_counts(properties):
    names = """input output cache_read_input cache_creation_input cache_creation_5m_input cache_creation_1h_input reasoning
        audio_input image_input cache_read_audio text_output audio_output image_output""".split()
    out = {name: count(properties.get("$ai_%s_tokens" % name)) for name in names}
    usage = properties.get("$ai_usage")
    if isinstance(usage, dict):
        for path in ([], ["usage", "raw"], ["rawResponse", "usageMetadata"], ["providerMetadata", "google"],
                     ["providerMetadata", "anthropic", "usage"], ["rawUsage", "providerMetadata", "google"],
                     ["rawUsage", "usage", "raw"], ["rawUsage", "rawResponse", "usageMetadata"]):
            read_raw(members(usage, *path), out)
    return out


# ---- what it costs ----------------------------------------------------------------


class Call:
    def __init__(self, properties, table):
        self.said = properties
        self.tokens = read_counts(properties)
        self.model = properties.get("$ai_model") if isinstance(properties.get("$ai_model"), str) else ""
        provider = properties.get("$ai_provider")
        self.provider = provider.strip().lower() if isinstance(provider, str) else ""
        model = self.model.strip().lower()
        self.anthropic = self.provider == "anthropic" or "anthropic" in model or model.startswith("claude")
        self.split = self.anthropic and None not in (self.tokens["cache_creation_5m_input"],
                                                     self.tokens["cache_creation_1h_input"])
        self.exclusive = self.is_exclusive()
        self.prompt = self.tokens["input"]
        if self.prompt is not None and self.exclusive:
            self.prompt += self.n("cache_read_input") + self.written()
        self.prices = self.own_prices()
        self.is_own = self.prices is not None
        if not self.is_own:
            tier = properties.get("$ai_service_tier")
            row = table.find(model, provider_key(self.provider), tier == "flex",
                             self.prompt is not None and self.prompt > 200000 and "gemini" in model)
            self.prices = row.prices_for(self.prompt) if row else None

    def n(self, name):
        return self.tokens[name] or 0

    def written(self):
        if self.split:
            return self.n("cache_creation_5m_input") + self.n("cache_creation_1h_input")
        return self.n("cache_creation_input")

    def is_exclusive(self):
        said = self.said.get("$ai_cache_reporting_exclusive")
        if isinstance(said, bool):
            return said
        framework = self.said.get("$ai_framework")
        gateway = self.provider == "gateway" and isinstance(framework, str) and framework.lower() == "vercel"
        if self.anthropic and not gateway:
            return True
        cache = self.n("cache_read_input") + self.written()
        return self.tokens["input"] is not None and self.tokens["input"] < cache

    def own_prices(self):
        names = {"prompt": "input_token", "completion": "output_token", "cache_read": "cache_read_token",
                 "cache_write": "cache_write_token", "cache_write_1h": "cache_write_1h_token", "request": "request",
                 "web_search": "web_search"}
        prices = {name: price(self.said.get("$ai_%s_price" % sent)) for name, sent in names.items()}
        prices = {name: value for name, value in prices.items() if value is not None}
        return prices if "prompt" in prices and "completion" in prices else None

    def rate(self, name, other, share="1"):
        return self.prices[name] if name in self.prices else self.prices[other] * Decimal(share)

    def write_cost(self):
        rate = self.rate("cache_write", "prompt", "1.25" if self.anthropic else "1")
        if not self.split:
            return rate * self.n("cache_creation_input")
        if "cache_write_1h" in self.prices:
            hourly = self.prices["cache_write_1h"]
        elif self.is_own and "cache_write" in self.prices:
            hourly = self.prices["cache_write"]
        else:
            hourly = self.prices["prompt"] * 2
        return rate * self.n("cache_creation_5m_input") + hourly * self.n("cache_creation_1h_input")

    def input_cost(self):
        known = ["input", "cache_read_input", "cache_creation_input", "audio_input", "image_input"]
        if not self.split and all(self.tokens[name] is None for name in known):
            return None
        audio, image = self.n("audio_input"), self.n("image_input")
        cached_audio = min(self.n("cache_read_audio"), audio, self.n("cache_read_input"))
        read = self.n("cache_read_input") - cached_audio
        text = self.n("input") - audio - image - (0 if self.exclusive else read + self.written())
        cost = self.prices["prompt"] * max(text, 0)
        cost += self.rate("cache_read", "prompt", "0.1" if self.anthropic else "0.5") * read
        cost += self.write_cost()
        cost += self.rate("audio", "prompt") * (audio - cached_audio)
        cost += (self.prices["audio_cache"] if "audio_cache" in self.prices
                 else self.rate("cache_read", "prompt", "0.5")) * cached_audio
        return cost + self.rate("image", "prompt") * image

    def output_cost(self):
        audio, image = self.n("audio_output"), self.n("image_output")
        last = self.model.strip().lower().split("/")[-1]
        adds = re.match(r"gemini-2\.5-|gemini-3(\.\d+)?-", last)
        reasoning = self.n("reasoning") if adds else 0
        known = ["output", "text_output", "audio_output", "image_output"] + (["reasoning"] if adds else [])
        if all(self.tokens[name] is None for name in known):
            return None
        text = self.tokens["text_output"]
        if text is None:
            text = max(self.n("output") - audio - image, 0)
        cost = self.prices["completion"] * (text + reasoning)
        return cost + self.rate("audio_output", "completion") * audio + self.rate("image_output", "completion") * image

    def calls_cost(self):
        """None where nothing is paid for the call itself."""
        requests, searches = count(self.said.get("$ai_request_count")), count(self.said.get("$ai_web_search_count"))
        request = self.prices.get("request", 0) * (1 if requests is None else requests)
        search = self.prices.get("web_search", 0) * (searches or 0)
        return request or None, search or None

    def cost(self):
        sent = [number(self.said.get("$ai_%s_cost_usd" % name))
                for name in ("input", "output", "request", "web_search", "total")]
        total = sent.pop()
        if total is not None:
            return total, "reported"
        if sent[0] is not None and sent[1] is not None:
            return sum(part for part in sent if part is not None), "reported"
        computed = [None] * 4
        if self.prices is not None:
            computed = [self.input_cost(), self.output_cost(), *self.calls_cost()]
        parts = [computed[i] if sent[i] is None else sent[i] for i in range(4)]
        parts = [part for part in parts if part is not None]
        return (sum(parts), "estimated") if parts else (None, "unpriced")


# ---- beside what was listed ---------------------------------------------------------


TOLERANCE = Decimal("1e-9")
SHOWN_MAX = 10


def same(listed, cost, source):
    said = listed["cost_usd"]
    if listed["cost_source"] != source or (said is None) != (cost is None):
        return False
    return said is None or abs(said - cost) <= TOLERANCE


def main():
    events, listing, *tables = sys.argv[1:]
    table = Table(read_tables(tables))
    with open(listing, encoding="utf-8") as lines:
        listed = {}
        for line in lines:
            said = json.loads(line, parse_float=Decimal, parse_int=Decimal)
            listed[said["uuid"]] = said
    compared = wrong = 0
    with open(events, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line, parse_float=Decimal)
            if event["event"] not in ("$ai_generation", "$ai_embedding"):
                continue
            cost, source = Call(event["properties"], table).cost()
            said = listed.pop(event["uuid"], None)
            compared += 1
            if said is None or not same(said, cost, source):
                wrong += 1
                if wrong <= SHOWN_MAX:
                    print("listed %s, but it is %s %s: %s" % (said, cost, source, line.strip()))
    print("%d costs compared, %d differ, %d of no call listed" % (compared, wrong, len(listed)))
    return 1 if wrong or listed or not compared else 0


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(main())
