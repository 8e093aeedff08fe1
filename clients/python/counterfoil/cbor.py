"""Deterministic CBOR (RFC 8949 section 4.2.1), the subset that evidence uses: integers, bytes, text, arrays, maps, booleans, null."""

from .verdict import Refused, require


def decode(data, max_bytes=64 << 20, max_depth=16, max_items=1_000_000):
    """Decodes one document and nothing else; what is accepted has no other encoding."""
    require(len(data) <= max_bytes, "cbor.size", f"at most {max_bytes} bytes", f"{len(data)} bytes")
    reader = _Reader(data, max_depth, max_items)
    value = reader.item(0)
    require(reader.at == len(data), "cbor.trailing", "the end", f"{len(data) - reader.at} more bytes")
    return value


class _Reader:
    def __init__(self, data, max_depth, max_items):
        self.data, self.at, self.max_depth, self.left = data, 0, max_depth, max_items

    def take(self, count):
        require(count <= len(self.data) - self.at, "cbor.truncated", f"{count} bytes", f"{len(self.data) - self.at}")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, info):
        if info < 24:
            return info
        require(info <= 27, "cbor.subset", "a definite length", f"{info}")
        size = 1 << (info - 24)
        value = int.from_bytes(self.take(size), "big")
        require(value >= (24 if size == 1 else 1 << (4 * size)), "cbor.shortest", "the shortest form", f"{value} in {size} bytes")
        return value

    def item(self, depth):
        require(self.left > 0, "cbor.count", "no more items", "one more")
        self.left -= 1
        head = self.take(1)[0]
        major, info = head >> 5, head & 31
        if major == 7:
            require(head in (0xF4, 0xF5, 0xF6), "cbor.subset", "false, true or null", hex(head))
            return {0xF4: False, 0xF5: True, 0xF6: None}[head]
        require(major != 6, "cbor.subset", "no tag", hex(head))
        value = self.number(info)
        if major == 0:
            return value
        if major == 1:
            require(value < 1 << 63, "cbor.range", "a signed 64-bit integer", f"-1 - {value}")
            return -1 - value
        if major == 2:
            return bytes(self.take(value))
        if major == 3:
            try:
                return bytes(self.take(value)).decode("utf-8")
            except UnicodeDecodeError:
                raise Refused("cbor.utf8", "UTF-8", "other bytes") from None
        pairs = major == 5
        require(value <= (len(self.data) - self.at) // (2 if pairs else 1), "cbor.truncated", f"{value} items", f"{len(self.data) - self.at} bytes")
        require(depth < self.max_depth, "cbor.depth", f"at most {self.max_depth} levels", "one more")
        if not pairs:
            return [self.item(depth + 1) for _ in range(value)]
        result, last = {}, None
        for _ in range(value):
            start = self.at
            key = self.item(depth + 1)
            require(isinstance(key, (int, bytes, str)) and not isinstance(key, bool), "cbor.type", "a key", "something else")
            encoded = self.data[start:self.at]
            require(last is None or last < encoded, "cbor.key-order", "keys that ascend", "another order")
            last = encoded
            result[key] = self.item(depth + 1)
        return result


def array(value, least, most=None, what="an array"):
    """An array of so many items."""
    require(isinstance(value, list), "cbor.type", what, type(value).__name__)
    most = least if most is None else most
    require(least <= len(value) <= most, "cbor.arity", f"{least} ... {most} items", f"{len(value)}")
    return value


def integer(value, least=0, most=(1 << 63) - 1):
    require(isinstance(value, int) and not isinstance(value, bool), "cbor.type", "an integer", type(value).__name__)
    require(least <= value <= most, "cbor.range", f"{least} ... {most}", f"{value}")
    return value


def text(value, most):
    require(isinstance(value, str), "cbor.type", "text", type(value).__name__)
    require(len(value.encode()) <= most, "cbor.range", f"at most {most} bytes", "more")
    return value


def octets(value, length=None, most=None):
    require(isinstance(value, bytes), "cbor.type", "bytes", type(value).__name__)
    if length is not None:
        require(len(value) == length, "cbor.range", f"{length} bytes", f"{len(value)} bytes")
    if most is not None:
        require(len(value) <= most, "cbor.range", f"at most {most} bytes", f"{len(value)} bytes")
    return value
