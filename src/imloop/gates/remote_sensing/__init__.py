"""What a reading of the road may lead to: the rule of successive readings, and what a reading needs to be evidence."""
