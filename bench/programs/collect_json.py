"""Rows joined by their keys with Python's json; prints what it took as one line of JSON."""

import json
import sys

from measured import print_measured

rows_path, output_path, target = sys.argv[1:4]
with open(rows_path, encoding="utf-8") as lines:
    known = {row["key"]: row for row in map(json.loads, lines)}


def collect() -> tuple[int, int]:
    rows = 0
    with (
        open(output_path, "rb") as lines,
        open(f"{target}-results.jsonl", "w", encoding="utf-8") as results,
        open(f"{target}-errors.jsonl", "w", encoding="utf-8") as errors,
    ):
        for line in lines:
            output = json.loads(line)
            row = known.get(output.get("key"))
            if row is None:
                continue
            rows += 1
            response = output.get("response") or {}
            candidate = (response.get("candidates") or [{}])[0]
            parts = (candidate.get("content") or {}).get("parts") or []
            text = "".join(part.get("text") or "" for part in parts)
            reason = candidate.get("finishReason")
            found = {"key": row["key"], "source": {"uri": row["uri"], "line": row["line"]}}
            if output["status"] == "" and text != "":
                written = {
                    **found,
                    "outcome": "answered",
                    "metadata": {},
                    "text": text,
                    "finishReason": reason,
                    "modelVersion": response.get("modelVersion"),
                    "usage": response.get("usageMetadata"),
                }
                results.write(json.dumps(written, ensure_ascii=False) + "\n")
            else:
                blocked = (response.get("promptFeedback") or {}).get("blockReason")
                written = {**found, "outcome": "failed", "error": output["status"] or blocked or reason}
                errors.write(json.dumps(written, ensure_ascii=False) + "\n")
    return rows, 0


print_measured(collect)
