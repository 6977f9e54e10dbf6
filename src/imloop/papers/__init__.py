"""Papers as PDF: the notice and the test report, from typst templates, the same bytes every time."""
