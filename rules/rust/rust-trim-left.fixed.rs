fn bad(text: &str, lines: Vec<&str>) -> String {
    // ruleid: rust-trim-left
    let plain = text.trim_start();
    // ruleid: rust-trim-left
    let chained = text.to_lowercase().trim_start().trim().to_string();
    let spread = text
        .trim()
        // ruleid: rust-trim-left
        . trim_start ( /* nothing */ );
    // ruleid: rust-trim-left
    let mapped = lines.iter().map(|line| line.trim_start());
    // ruleid: rust-trim-left
    format(plain.trim_start(), "'")
}

fn good<'a>(text: &'a str, table: Table) -> &'a str {
    // ok: rust-trim-left
    let current = text.trim_start();
    // ok: rust-trim-left
    let matches = text.trim_left_matches("x");
    // ok: rust-trim-left
    let field = table.trim_left;
    // ok: rust-trim-left
    let other = table.trim_left(3);
    // ok: rust-trim-left
    let text = "text.trim_left()"; // text.trim_left()
    text
}
