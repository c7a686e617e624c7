"""Bytes to sheets of text: encodings, dialects, workbooks old and new, and what is refused unread."""
