"""What pages and answers are made of: words, curves, still maps and links, without SQL or rules."""
