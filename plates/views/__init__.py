"""Pages of this room: the watchlist, plate reads, hits, and the pictures of reads."""
