"""The one write path: audit and outbox in one call, numbering at commit, the hub that feeds every wall."""
