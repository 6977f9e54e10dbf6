"""One file per thing people do. A step reads as a sentence: authorise, load, judge, decide, save."""
