"""Writes trust.json: chains and anchors of every shape. The same bytes in every run.

Keys and serial numbers come from names, and ECDSA is that of RFC 6979; no private key is written.
The certificates are put together byte by byte (trust/der.py), since no library writes those that
must be refused; `cryptography` signs.
"""

from trust import leaves, loading, paths, sources, spiffe
from trust.book import Book
from vectors import write

book = Book()
for subject in (leaves, paths, spiffe, sources, loading):
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
