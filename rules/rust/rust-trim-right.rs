fn bad(text: &str, lines: Vec<&str>) -> String {
    // ruleid: rust-trim-right
    let plain = text.trim_right();
    // ruleid: rust-trim-right
    let chained = text.to_lowercase().trim_right().trim().to_string();
    let spread = text
        .trim()
        // ruleid: rust-trim-right
        . trim_right ( /* nothing */ );
    // ruleid: rust-trim-right
    let mapped = lines.iter().map(|line| line.trim_right());
    // ruleid: rust-trim-right
    format(plain.trim_right(), "'")
}

fn good<'a>(text: &'a str, table: Table) -> &'a str {
    // ok: rust-trim-right
    let current = text.trim_end();
    // ok: rust-trim-right
    let matches = text.trim_right_matches("x");
    // ok: rust-trim-right
    let field = table.trim_right;
    // ok: rust-trim-right
    let other = table.trim_right(3);
    // ok: rust-trim-right
    let text = "text.trim_right()"; // text.trim_right()
    text
}
