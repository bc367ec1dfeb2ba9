"""What tools that expand paths would read in one (rules path.braces, path.glob)."""


def holds_brace_list(path):
    """[path.braces] Whether some braces close around a comma or two dots."""
    open_braces = []
    for i, char in enumerate(path):
        if char == "{":
            open_braces.append(False)
        elif char == "}" and open_braces:
            if open_braces.pop():
                return True
        elif open_braces and (char == "," or path.startswith("..", i)):
            open_braces[-1] = True
    return False


def tokens(segment):
    """[path.glob] The characters of a segment, brackets as one; None for anything at all."""
    found = []
    while segment:
        if segment[0] == "[":
            inside = bracket(segment)
            if inside and holds_class(segment):
                return [*found, None]
            if inside:
                found.append(("[", inside))
                segment = segment[len(inside) + 2 :]
                continue
        if segment[0] in "?*+@!" and segment[1:2] == "(":
            found.append(None)
            segment = segment[1 + group_length(segment[1:]) :]
            continue
        found.append(("=", segment[0]))
        segment = segment[1:]
    return found


def holds_class(text):
    """Whether a class like `[:alpha:]` may stand in what begins with a bracket."""
    return any(f"{c}]" in text[text.index(f"[{c}", 1) + 2 :] for c in ":.=" if f"[{c}" in text[1:])


def bracket(text):
    start = 2 if text[1:2] in ("!", "^") else 1
    end = text.find("]", start + 1)
    return text[1:end] if end >= 0 else ""


def group_length(text):
    depth = 0
    for i, char in enumerate(text):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth == 0:
            return i + 1
    return len(text)


def may_match(token, char):
    kind, token = token
    if kind == "=":
        return token == char
    if token[0] in "!^" or not token.isascii():
        return True
    i = 0
    while i < len(token):
        if token[i + 1 : i + 2] == "-" and i + 2 < len(token):
            if token[i] <= char <= token[i + 2]:
                return True
            i += 3
        else:
            if token[i] == char:
                return True
            i += 1
    return False


def could_be(segment, text):
    """Whether a segment with a bracket or a group could be read as a text."""
    if "[" not in segment and "(" not in segment:
        return False
    reached = {0}
    for token in tokens(segment):
        if token is None:
            reached = set(range(min(reached), len(text) + 1)) if reached else set()
        else:
            reached = {i + 1 for i in reached if i < len(text) and may_match(token, text[i])}
    return len(text) in reached


def could_be_name(segment, literal, before, after):
    """[name.glob] Whether a segment with a bracket or a group could be read as a folded name.

    With before or after anything may stand there.
    """
    if "[" not in segment and "(" not in segment:
        return False
    size = len(literal)
    reached = {0}
    for token in tokens(segment):
        if token is None or not token[1][0].isascii():
            reached = set(range(min(reached), size + 1)) if reached else set()
            continue
        found = {i + 1 for i in reached if i < size and may_match_folded(token, literal[i])}
        if size in reached:
            if after or may_match(token, ":"):
                return True
            if may_match(token, ".") or may_match(token, " "):
                found.add(size)
        reached = found | ({0} if before else set())
    return size in reached


def may_match_folded(token, char):
    spellings = {char, char.upper()} if char.isascii() else {char}
    return any(may_match(token, spelling) for spelling in spellings)


def is_unclear(path):
    """[path.glob] Whether brackets or groups of a path could lead anywhere."""
    while path:
        segment, _, path = path.partition("/")
        if "[" not in segment and "(" not in segment:
            continue
        opens = ("=", "[") in tokens(segment)
        if could_be(segment, "..") or len(segment.encode()) > 255 or (opens and "]" in path):
            return True
    return False
