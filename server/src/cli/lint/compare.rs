//! Whether what a command printed is what a chapter says. What differs from run to run and from host to host (ids,
//! times, sizes, ports that were free) is not compared; `…` stands for whatever is left out, alone for any number of lines.

use std::{borrow::Cow, sync::LazyLock};

use regex::{Captures, Regex};

/// What is left out.
const LEFT_OUT: &str = "…";

/// What is not compared, and what is put in its place.
static MASKS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        // Ids and digests.
        (r"\b[0-9a-f]{12,64}\b", "‹id›"),
        // Moments.
        (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?([.,]\d+)?( ?(Z|UTC|[+-]\d\d:?\d\d))*", "‹time›"),
        (r"\b(\d{4}-\d\d-\d\d|\d{4}/\d\d/\d\d)\b", "‹date›"),
        (r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)?,? ?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2}\b", "‹date›"),
        (r"\b\d\d:\d\d(:\d\d)?\b", "‹time›"),
        // How long.
        (r"(?i)\b(about an?|less than a|\d+) (second|minute|hour|day|week|month|year)s?\b", "‹while›"),
        (r"\b\d+(\.\d+)? ?(ns|µs|ms|s|sec|seconds)\b", "‹while›"),
        // How much.
        (r"\b\d+(\.\d+)? ?([kKMG]i?B?|B|bytes)\b", "‹size›"),
        // Addresses that an engine gave, and ports that the kernel gave.
        (r"\b172\.\d+\.\d+\.\d+\b", "‹address›"),
        (r"\b(3[2-9]|[45]\d|6[0-5])\d{3}\b", "‹port›"),
        // How many of the steps so far had been done when the last look was taken.
        (r"^\[\+\] (\w+) \d+/\d+", "[+] $1 ‹count›"),
    ]
    .into_iter()
    .filter_map(|(pattern, name)| Some((Regex::new(pattern).ok()?, name)))
    .collect()
});

/// Perhaps the beginning of an id.
static SHORT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[0-9a-f]{6,11}\b").ok());

fn masked(line: &str) -> String {
    // Neither a word nor a number.
    let is_id =
        |text: &str| text.contains(|c: char| c.is_ascii_digit()) && text.contains(|c: char| c.is_ascii_alphabetic());
    let line = SHORT.as_ref().map_or(Cow::Borrowed(line), |short| {
        short.replace_all(line, |found: &Captures<'_>| {
            let text = found.get(0).map_or("", |it| it.as_str());
            if is_id(text) { "‹id›".to_owned() } else { text.to_owned() }
        })
    });
    let masked =
        MASKS.iter().fold(line, |line, (pattern, name)| Cow::Owned(pattern.replace_all(&line, *name).into_owned()));
    spaced(&masked)
}

/// Perhaps the beginning of an id, of which the rest is left out; also behind the colon of an address.
static BEGUN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(\b|%3A)[0-9a-f]{4,}…").ok());

/// With the beginnings of ids as one.
fn begun(line: &str) -> Cow<'_, str> {
    BEGUN.as_ref().map_or(Cow::Borrowed(line), |begun| {
        begun.replace_all(line, |found: &Captures<'_>| {
            let text = found.get(0).map_or("", |it| it.as_str());
            let text_is_id = text.trim_start_matches("%3A").contains(|c: char| c.is_ascii_digit());
            if text_is_id { "‹id›".to_owned() } else { text.to_owned() }
        })
    })
}

/// Whether a line is as wanted, in which `…` stands for anything: as it is, or but for what is not compared.
fn line_fits(wanted: &str, found: &str) -> bool {
    if glob(&spaced(wanted), &spaced(found)) {
        return true;
    }
    // A command may shorten them itself.
    glob(&masked(&begun(wanted)), &masked(&begun(found)))
}

/// With one blank where there are more.
fn spaced(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn glob(wanted: &str, found: &str) -> bool {
    let mut parts = wanted.split(LEFT_OUT);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = found.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

/// Whether the lines are as wanted, in which a line `…` stands for any number of lines.
pub(super) fn fits(wanted: &[String], found: &[String]) -> bool {
    let (wanted, found) = (trimmed(wanted), trimmed(found));
    in_order(wanted, found) || in_order(&settled(wanted), &settled(found))
}

fn in_order(wanted: &[String], found: &[String]) -> bool {
    // For each number of wanted lines: whether they fit the first lines found, by how many.
    let mut fitting = vec![false; found.len() + 1];
    fitting[0] = true;
    for line in wanted {
        let mut next = vec![false; found.len() + 1];
        if line.trim() == LEFT_OUT {
            let mut so_far = false;
            for (at, fits) in fitting.iter().enumerate() {
                so_far |= fits;
                next[at] = so_far;
            }
        } else {
            for (at, text) in found.iter().enumerate() {
                next[at + 1] = fitting[at] && line_fits(line, text);
            }
        }
        fitting = next;
    }
    fitting[found.len()]
}

/// With the steps that are done in one order: a tool shows them as they get done.
fn settled(lines: &[String]) -> Vec<String> {
    let is_done = |line: &String| line.trim_start().starts_with('✔');
    let mut settled = lines.to_vec();
    settled.chunk_by_mut(|one, other| is_done(one) && is_done(other)).for_each(<[String]>::sort);
    settled
}

/// Without blank lines at the beginning and at the end.
fn trimmed(lines: &[String]) -> &[String] {
    let is_text = |line: &String| !line.trim().is_empty();
    let from = lines.iter().position(is_text).unwrap_or(lines.len());
    let end = lines.iter().rposition(is_text).map_or(from, |at| at + 1);
    lines.get(from..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn every_mask_is_one() {
        assert_eq!(MASKS.len(), 11);
    }

    #[test]
    fn what_differs_by_nature_is_not_compared() {
        for (wanted, found) in [
            ("sha256:2af4733d815cb54c2bd8bf3b62ea2315d9559644a4a44513b656173ce840e62e", "sha256:0123456789ab"),
            ("Up 3 seconds", "Up About a minute"),
            (
                "web  Up 3 seconds (healthy)   0.0.0.0:32768->80/tcp",
                "web Up 14 seconds (healthy) 0.0.0.0:49153->80/tcp",
            ),
            ("10.5MB  layer", "11MB layer"),
            ("2026-11-26T17:00:01.123456789Z ready", "2027-01-02T03:04:05Z ready"),
            ("#5 0.214 done in 1.2s", "#5 0.214 done in 0.9s"),
            ("Address: 172.18.0.2", "Address: 172.20.0.7"),
            ("PATCH /uploads/b01b1b… 202", "PATCH /uploads/9e0d05… 202"),
            ("?mount=sha256%3Ae1da32… 201", "?mount=sha256%3Ac83ebe… 201"),
            ("e0df111 first commit", "0bc1de2 first commit"),
            ("[+] Running 2/0", "[+] Running 2/2"),
            (" ✔ Container web-1  Started   0.3s", "  ✔ Container web-1 Started 12.0s"),
        ] {
            assert!(line_fits(wanted, found), "{wanted} {found}");
        }
        for (wanted, found) in [
            ("exit status 137", "exit status 1"),
            ("hello", "hello!"),
            ("hello", "Hello"),
            ("uid=0(root)", "uid=1000"),
            ("team/tools:1", "team/tools:2"),
            ("", "something"),
            ("decade of commits", "facade of commits"),
            ("[+] Running 2/2", "[+] Stopping 2/2"),
        ] {
            assert!(!line_fits(wanted, found), "{wanted} {found}");
        }
    }

    #[test]
    fn what_is_left_out_may_be_anything() {
        assert!(line_fits("ERROR: …: not found", "ERROR: failed to solve: nginx: not found"));
        assert!(!line_fits("ERROR: …: not found", "ERROR: failed to solve"));
        assert!(line_fits("a…", "a"));
        assert!(line_fits("Digest: sha256:142e…", "Digest:   sha256:0a1b2c3d4e5f60718293"));
        assert!(!line_fits("Digest: sha256:142e…", "Digest: none"));
        let whole = "6962fff28d332c5c4f57a5369ed9739b3b1dbb1430cf590e4cce01f818fcafc1";
        assert!(line_fits("4 blobs/sha256/da6a…", &format!("4 blobs/sha256/{whole}")));
        assert!(!line_fits("made of dead… wood", "made of 1234… wood"));
        assert!(line_fits(
            "-rw-r--r-- 1 root root 25 … db_password",
            "-rw-r--r-- 1 root root 25 Nov 26 22:21 db_password"
        ));
        assert!(line_fits("#… transferring context: …B…", "#5 transferring context: 55B done"));
        assert!(fits(&lines(" ✔ a Started\n ✔ b Started\nend"), &lines(" ✔ b Started\n ✔ a Started\nend")));
        assert!(fits(&lines("…\n ✔ c Healthy"), &lines(" ✔ net Created\n ✔ c Healthy")));
        assert!(!fits(&lines(" ✔ a Started\n ✔ b Started"), &lines(" ✔ b Started\n ✔ c Started")));
        assert!(!line_fits("ab…ba", "aba"));
        for (wanted, found) in
            [("…\nb", "b"), ("a\n…", "a\nx\ny"), ("…", ""), ("a\n…\nd", "a\nb\nc\nd"), ("", ""), ("a\n\n", "a")]
        {
            assert!(fits(&lines(wanted), &lines(found)), "{wanted:?} {found:?}");
        }
        for (wanted, found) in [("a", ""), ("", "a"), ("a\nb", "b\na"), ("…\nb", "b\nc"), ("a\nc", "a\nb\nc")] {
            assert!(!fits(&lines(wanted), &lines(found)), "{wanted:?} {found:?}");
        }
    }
}
