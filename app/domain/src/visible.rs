//! Names and texts out of a sandbox, made fit to be shown.
//! Invariant: what is shown has no character that acts instead of being seen, and nothing seen is left out.

use std::borrow::Cow;

/// Whether a character acts on what is around it, or cannot be seen: controls (also those of terminals), line breaks,
/// what turns the direction of text, and what has no width. Joiners stay, for words and pictures need them.
fn acts(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// The text in one line, with such characters written as escapes: `\n`, `\u{1b}`, `\u{202e}`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// The same in which line breaks stay.
#[must_use]
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |letter| letter == '\n')
}

fn escaped(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(|letter| acts(letter) && !stays(letter)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            letter if !acts(letter) || stays(letter) => shown.push(letter),
            '\n' | '\r' | '\t' => shown.extend(letter.escape_default()),
            _ => shown.extend(letter.escape_unicode()),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_shown_as_an_escape() {
        let name = "a\u{1b}[31m\n\t\u{202e}gnp.exe\u{9b}2J\u{200b}\u{2029}\u{e0041}\u{7f}";
        assert_eq!(visible(name), r"a\u{1b}[31m\n\t\u{202e}gnp.exe\u{9b}2J\u{200b}\u{2029}\u{e0041}\u{7f}");
        assert_eq!(visible_lines("a\nb\r\n"), "a\nb\\r\n");
    }

    #[test]
    fn what_people_write_stays() {
        for name in ["Dockerfile", "über uns.md", "مرحبا", "👩\u{200d}🚀.txt", "<img src=x>", "a\\b", ""] {
            assert!(matches!(visible(name), Cow::Borrowed(same) if same == name), "{name}");
        }
    }
}
