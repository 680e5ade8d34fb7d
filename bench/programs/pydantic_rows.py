"""Rows checked by pydantic, line by line; prints what it took as one line of JSON."""

import sys
from typing import Annotated, Literal

from pydantic import AliasGenerator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from measured import print_measured


class Spelt(BaseModel):
    model_config = ConfigDict(
        alias_generator=AliasGenerator(validation_alias=to_camel),
        validate_by_name=True,
        validate_by_alias=True,
    )


class Blob(Spelt):
    mime_type: str
    data: str


class FileData(Spelt):
    mime_type: str
    file_uri: str


class Part(Spelt):
    text: str | None = None
    inline_data: Blob | None = None
    file_data: FileData | None = None


class Content(Spelt):
    role: Literal["user", "model"] | None = None
    parts: Annotated[list[Part], Field(min_length=1)]


class FunctionDeclaration(Spelt):
    name: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.-]{0,63}$")]
    description: str | None = None
    parameters: dict[str, object] | None = None


class Tool(Spelt):
    function_declarations: list[FunctionDeclaration] | None = None


class GenerationConfig(Spelt):
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    max_output_tokens: int | None = None
    response_mime_type: str | None = None


class SafetySetting(Spelt):
    category: str
    threshold: str


class Request(Spelt):
    contents: Annotated[list[Content], Field(min_length=1)]
    system_instruction: Content | None = None
    tools: list[Tool] | None = None
    generation_config: GenerationConfig | None = None
    safety_settings: list[SafetySetting] | None = None
    labels: dict[str, str] | None = None


class Row(BaseModel):
    key: str
    request: Request


def check(path: str) -> tuple[int, int]:
    rows = errors = 0
    with open(path, "rb") as lines:
        for line in lines:
            rows += 1
            try:
                Row.model_validate_json(line)
            except ValidationError:
                errors += 1
    return rows, errors


print_measured(lambda: check(sys.argv[1]))
