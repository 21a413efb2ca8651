"""The departments of a simulated city: what happens, what is observed, what goes wrong, what is sent.

`world` says what happened, `departments` observe it and write the exact bytes each department would
send, `defects` spoils them on purpose and labels every fault, `truth` computes what a perfect lake
would publish. Nothing here knows how the lake reads a feed: of the lake it imports settings and
errors only.
"""
