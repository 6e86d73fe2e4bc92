"""Sends generated calls, good and bad, to a share of the API's operations, and tells what does not fit the API's description.

Run by dev/fuzz.ts with one JSON object as its argument. Prints JSON lines: one for each kind of finding at its first sight, and
at the end the counts. What a finding is, is decided by schemathesis' checks; which ones are known pedantry, by dev/fuzz.ts.
"""

import json
import random
import re
import sys
import time

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth

options = json.loads(sys.argv[1])
headers = {"Authorization": f"Bearer {options['key']}"}
session = requests.Session()
schema = schemathesis.openapi.from_dict(json.load(open(options["document"])))
schema.config.base_url = options["url"]
random.seed(options["seed"])

calls = 0
statuses: dict[str, int] = {}
found: dict[tuple, int] = {}
known_ids: dict[str, list[str]] = {}
for known in options["ids"]:
    known_ids[known.split("_")[0]] = [known]


def remember_ids(body):
    """Ids of things that are there, by their prefix: most calls about an unknown id go no further than a 404."""
    for value in re.findall(r'"([a-z]+_[0-9a-z]{26})"', body):
        ids = known_ids.setdefault(value.split("_")[0], [])
        ids.append(value)
        del ids[:-20]


def prefixes():
    """Which parameter is the id of what: `connectionId` is a `conn_…`."""
    of = {}
    for path in schema.raw_schema["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                examples = parameter.get("schema", {}).get("examples") or [""]
                if parameter.get("in") == "path" and "_" in examples[0]:
                    of[parameter["name"]] = examples[0].split("_")[0]
    return of


def reasons_of(response):
    """The code of an error, and the sentences in which it was refused."""
    try:
        error = response.json()["error"]
        details = error.get("details")
        refused = details if isinstance(details, list) else []
        words = sorted({one["message"] for one in refused if isinstance(one, dict) and "message" in one})
        return error["code"], tuple(words or [error["message"]])
    except Exception:
        return None, ()


def note(case, check, title, detail, response):
    code, words = reasons_of(response)
    kind = (check, case.operation.label, response.status_code, code, words)
    found[kind] = found.get(kind, 0) + 1
    if found[kind] == 1:
        print(json.dumps({
            "finding": {"check": check, "title": title, "operation": case.operation.label,
                        "status": response.status_code, "code": code, "words": words,
                        "detail": detail[:600], "answer": response.text[:400], "curl": case.as_curl_command()[:1500]},
        }), flush=True)


def send(case):
    global calls
    case.headers.pop("x-request-id", None)
    response = case.call(headers=headers, session=session, timeout=70)
    calls += 1
    hundreds = f"{response.status_code // 100}xx"
    statuses[hundreds] = statuses.get(hundreds, 0) + 1
    if response.status_code < 300:
        remember_ids(response.text)
    if response.status_code >= 500:
        note(case, "not_a_server_error", "Server error", "", response)
        return
    try:
        case.validate_response(response, excluded_checks=[ignored_auth])
    except FailureGroup as group:
        for failure in group.exceptions:
            note(case, type(failure).__name__, getattr(failure, "title", ""), str(failure), response)
    except AssertionError as failure:
        note(case, type(failure).__name__, getattr(failure, "title", ""), str(failure), response)


def with_known_ids(members):
    for name in list(members) if isinstance(members, dict) else []:
        ids = known_ids.get(id_names.get(name, ""))
        if ids and random.random() < 0.6:
            members[name] = random.choice(ids)


def fuzz(operation, mode, most, ends_at):
    @seeded(random.getrandbits(32))
    @settings(max_examples=most, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case):
        if time.monotonic() > ends_at or calls >= options["calls"]:
            return
        for part in (case.path_parameters, case.query, case.body):
            with_known_ids(part)
        send(case)

    one()


id_names = prefixes()
operations = []
for result in schema.get_all_operations():
    operation = result.ok()
    operation_id = operation.definition.raw.get("operationId")
    wanted = operation_id not in options["except"]
    if wanted and any("adminKey" in security for security in operation.definition.raw["security"]) == options["admin"]:
        operations.append(operation)

# Things that are there first, so that the others find them.
operations.sort(key=lambda operation: (operation.method != "post", random.random()))
ends_at = time.monotonic() + options["seconds"]
turn = 0
while operations and calls < options["calls"] and time.monotonic() < ends_at:
    for index, operation in enumerate(operations):
        if turn > 0 and (index + turn) % options["processes"] != options["process"]:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if calls < options["calls"] and time.monotonic() < ends_at:
                try:
                    fuzz(operation, mode, options["batch"] if turn > 0 else 3, ends_at)
                except Exception as error:
                    if isinstance(error, requests.RequestException):
                        raise
                    # Nothing can be made of this kind for this operation: it takes nothing that could be wrong.
                    if "Unsatisfiable" not in type(error).__name__:
                        print(json.dumps({"trouble": f"{operation.label} {mode}: {error!r}"[:500]}), flush=True)
    turn += 1

print(json.dumps({"done": {"calls": calls, "statuses": statuses,
                           "findings": [[*kind, count] for kind, count in found.items()]}}), flush=True)
