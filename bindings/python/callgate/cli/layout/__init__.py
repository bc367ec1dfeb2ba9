"""One layout for YAML policies: read with their comments, written as ``callgate fmt`` writes them.

Own code: libraries that keep comments keep their columns and their author's line breaks, too.
"""
