"""A form that was refused comes back: filled as it was sent, each fault at its field and in one summary above.

No page and no step says how: the page is read as it was rendered (``html``), what its fields ask is compared with what
was sent (``asked``), the refusal's paths find their fields (``faults``), and all is written into the page (``marked``).
"""
