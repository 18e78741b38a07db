"""The part of JSON Schema 2020-12 that /openapi.json uses: whether a value is right. Written from the specification, so
that it does not share a mistake with the server."""

import re
import uuid
import zoneinfo

DATE_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-](\d\d):(\d\d))")
DAYS = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


def _is_date_time(text):
    match = DATE_TIME.fullmatch(text)
    if not match:
        return False
    month, day, hour, minute, second = (int(part) for part in match.group(2, 3, 4, 5, 6))
    offset = [int(part or 0) for part in match.group(9, 10)]
    in_range = 1 <= month <= 12 and 1 <= day <= DAYS.get(month, 31) and hour < 24 and minute < 60 and second <= 60
    return in_range and offset[0] < 24 and offset[1] < 60


def _is_uuid(text):
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _is_time_zone(text):
    offset = re.fullmatch(r"[+-](\d\d):([0-5]\d)", text)
    return int(offset[1]) * 60 + int(offset[2]) <= 14 * 60 if offset else text in zoneinfo.available_timezones()


FORMATS = {"date-time": _is_date_time, "time-zone": _is_time_zone, "uuid": _is_uuid}
TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value),
}


def resolve(document, schema):
    while "$ref" in schema:
        target = document
        for part in schema["$ref"][2:].split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        schema = target
    return schema


def is_valid(document, schema, value):
    """Whether `value` is right by `schema`, whose references lead into `document`."""
    if "$ref" in schema:
        return is_valid(document, resolve(document, schema), value)
    types = schema.get("type", [])
    if types and not any(TYPES[name](value) for name in ([types] if isinstance(types, str) else types)):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if not all(is_valid(document, each, value) for each in schema.get("allOf", [])):
        return False
    if "anyOf" in schema and not any(is_valid(document, each, value) for each in schema["anyOf"]):
        return False
    if "not" in schema and is_valid(document, schema["not"], value):
        return False
    if isinstance(value, str):
        return _is_valid_string(schema, value)
    if isinstance(value, dict):
        return _is_valid_object(document, schema, value)
    if isinstance(value, list):
        return _is_valid_array(document, schema, value)
    if TYPES["number"](value):
        return schema.get("minimum", value) <= value <= schema.get("maximum", value)
    return True


def _is_valid_string(schema, value):
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        return False
    if "pattern" in schema and not re.search(schema["pattern"].replace("$", r"\Z"), value):
        return False
    return FORMATS.get(schema.get("format"), lambda text: True)(value)


def _is_valid_object(document, schema, value):
    properties = schema.get("properties", {})
    if any(name not in value for name in schema.get("required", [])):
        return False
    for name, member in value.items():
        if name in properties:
            if not is_valid(document, properties[name], member):
                return False
        elif schema.get("additionalProperties") is False:
            return False
        elif isinstance(schema.get("additionalProperties"), dict):
            if not is_valid(document, schema["additionalProperties"], member):
                return False
    return True


def _is_valid_array(document, schema, value):
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        return False
    if schema.get("uniqueItems") and any(value[i] in value[:i] for i in range(len(value))):
        return False
    return all(is_valid(document, schema.get("items", {}), each) for each in value)
