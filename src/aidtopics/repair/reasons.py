"""Why each step of repair changes what it changes, in words for those who read a ledger."""

REASONS = {
    "doubled_mark": "a narrow mark stands beside the wide one that says the same",
    "entity": "a character is written as its HTML entity",
    "escaped_bytes": "bytes that a decoder could not read were written down as escapes; they are the text",
    "interleaved": "a line or a word is the reading of the text beside it, as the whole stretch alternates",
    "invisible": "a character shows nothing, or is a space or line end of unusual code",
    "leftover": "a tag or a template was cut and this end of it stayed",
    "lost": "the text that stood here is gone and nobody can have it back; nothing is changed",
    "mojibake": "the line was decoded with the wrong encoding, and read rightly it is running text",
    "pinyin": "the bracket is a reading of the character or characters before it",
    "ruby": "a ruby element holds the reading of the characters before it",
    "script": "the line is in traditional characters",
    "shifted_gbk": "a mirror tore a byte out of a character here, and what follows was read one byte off",
    "tag": "an HTML tag, comment, script or style sheet stayed in the text",
    "width": "letters or digits are in full width",
}
