//! A report that fits into an answer.
//! Invariant: nothing that was asked for is left out, for a check that wants something not to be there would pass on what
//! is not told. Only findings are: one as good as says that there are more.

use std::io;

use serde_json::Value;

use crate::{Invalid, Report};

/// The longest report, with room for what is around it.
const MOST: usize = (256 << 10) - 64;
/// How many findings are told, until a report fits.
const FINDINGS: [usize; 4] = [100, 20, 4, 1];

/// The report as a document, or that it holds too much.
pub(super) fn fit(mut report: Report) -> io::Result<Result<Value, Invalid>> {
    for most in FINDINGS {
        report.secrets.found.truncate(most);
        let value = serde_json::to_value(&report)?;
        if serde_json::to_vec(&value)?.len() <= MOST {
            return Ok(Ok(value));
        }
    }
    Ok(Err(Invalid::new(format!("what there is to say about it is longer than {} KiB", MOST.div_ceil(1024)))))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::facts::{FileFacts, Finding, HistoryFacts, ImageFacts};

    fn image(text: usize, history: usize) -> Report {
        let file = FileFacts { present: true, text: Some("x".repeat(text)), ..FileFacts::default() };
        let line = HistoryFacts { created_by: "x".repeat(history), ..HistoryFacts::default() };
        let files = [("/a".to_owned(), file)].into();
        Report { images: vec![ImageFacts { files, history: vec![line], ..ImageFacts::default() }], ..Report::default() }
    }

    #[test]
    fn a_report_is_told_whole_or_not_at_all() {
        let told = fit(image(60_000, 60_000)).unwrap().unwrap();
        assert_eq!(told["images"][0]["files"]["/a"]["text"].as_str().unwrap().len(), 60_000);
        assert_eq!(told["images"][0]["history"][0]["created_by"].as_str().unwrap().len(), 60_000);
        for (text, history) in [(300_000, 0), (0, 300_000), (150_000, 150_000)] {
            assert!(fit(image(text, history)).unwrap().is_err());
        }
    }

    #[test]
    fn of_many_findings_some_are_enough() {
        let finding = Finding { place: "x".repeat(10_000), ..Finding::default() };
        let mut report = Report::default();
        report.secrets.found = vec![finding; 90];
        let told = fit(report).unwrap().unwrap();
        assert_eq!(told["secrets"]["found"].as_array().unwrap().len(), 20);
    }
}
