"""What to ask about: figures that raise a question and answer none. They decide nothing."""
