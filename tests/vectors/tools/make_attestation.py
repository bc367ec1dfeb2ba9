"""Writes attestation.json. The same bytes in every run.

Tokens and proofs are put together in attestation/book.py and signed by OpenSSL; the engine's own
issuing takes no part.
"""

from attestation import (
    agent_cases,
    claims_cases,
    forms,
    issued_cases,
    key_set_cases,
    messages_cases,
    proofs_cases,
    public_cases,
    reasons_cases,
    rules_cases,
    sequences_cases,
)
from attestation.book import Book
from vectors import write

book = Book()
for subject in (
    forms,
    claims_cases,
    agent_cases,
    rules_cases,
    public_cases,
    proofs_cases,
    sequences_cases,
    messages_cases,
    key_set_cases,
    issued_cases,
    reasons_cases,
):
    subject.add(book)
write("attestation.json", book.content())
