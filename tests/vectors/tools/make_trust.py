"""Writes trust.json: chains and anchors of every shape. The same bytes in every run.

Keys and serial numbers come from names, and ECDSA is that of RFC 6979; no private key is written.
The certificates are put together byte by byte (trust/der.py), since no library writes those that
must be refused; `cryptography` signs.
"""

from trust import (
    anchored,
    constraints,
    encodings,
    hostile,
    leaves,
    loading,
    paths,
    pem_files,
    sources,
    spiffe,
)
from trust.book import Book
from vectors import write

book = Book()
SUBJECTS = (
    leaves,
    paths,
    constraints,
    anchored,
    spiffe,
    sources,
    loading,
    pem_files,
    encodings,
    hostile,
)
for subject in SUBJECTS:
    subject.add(book)
write(
    "trust.json",
    {
        "certificates": book.certificates,
        "texts": book.texts,
        "chains": book.cases,
        "loads": book.loads,
    },
)
