"""Rows joined by their keys by DuckDB, which reads typed columns; prints what it took as one line of JSON."""

import sys

import duckdb

from measured import print_measured

threads, rows_path, output_path, target = sys.argv[1:5]
MAX_ROW_BYTES = 100_000_000
COLUMNS = """{
    key: 'VARCHAR',
    status: 'VARCHAR',
    response: 'STRUCT(
        candidates STRUCT(content STRUCT(parts STRUCT("text" VARCHAR)[]), "finishReason" VARCHAR)[],
        "modelVersion" VARCHAR,
        "usageMetadata" STRUCT(
            "promptTokenCount" BIGINT, "candidatesTokenCount" BIGINT, "thoughtsTokenCount" BIGINT, "totalTokenCount" BIGINT))'
}"""

connection = duckdb.connect(config={"threads": int(threads)})
connection.execute("CREATE TABLE known AS SELECT key, uri, line FROM read_json(?)", [rows_path])


def collect() -> tuple[int, int]:
    connection.execute(
        f"""
        COPY (
            SELECT key, 'answered' AS outcome, {{uri: uri, line: line}} AS source, status,
                response.candidates[1].content.parts[1]."text" AS "text",
                response.candidates[1]."finishReason" AS "finishReason",
                response."modelVersion" AS "modelVersion",
                response."usageMetadata" AS usage
            FROM read_json(
                '{output_path}', format = 'newline_delimited', maximum_object_size = {MAX_ROW_BYTES}, columns = {COLUMNS})
            JOIN known USING (key)
        ) TO '{target}-results.jsonl' (FORMAT json)
        """
    )
    return connection.fetchone()[0], 0


print_measured(collect)
