//! `drydock content feedback`: what readers said of sections, for authors; those that most were unhappy with come first.

use std::collections::BTreeMap;

use domain::{
    feedback::Opinion,
    visible::{visible, visible_lines},
};
use serde_json::{Value, json};

use super::{FeedbackAsked, Found, pool::moment};
use crate::{
    clock::{Clock as _, SystemClock},
    config::Config,
    store::{Store, feedback::Said},
};

const DAY_SECONDS: i64 = 24 * 60 * 60;

pub(super) async fn feedback(config: &Config, asked: &FeedbackAsked) -> anyhow::Result<Found> {
    let store = Store::open(&config.database_file()).await?;
    let since = asked.days.map_or(0, |days| SystemClock.now() - i64::from(days) * DAY_SECONDS);
    let said = store.said_since(since).await?;
    store.close().await;
    if asked.output.json {
        say!("{}", Value::Array(said.iter().map(object).collect()));
        return Ok(Found::Fine);
    }
    for section in by_section(&said) {
        let Section { url, clear, unclear, mistakes, texts } = section;
        say!("{}: {clear} clear, {unclear} unclear, {mistakes} mistakes", visible(&url));
        for it in texts {
            let text = visible_lines(&it.feedback.text).replace('\n', "\n    ");
            say!("  {} {}: {text}", moment(it.said_at), it.feedback.opinion.as_str());
        }
    }
    say!("{} answers", said.len());
    Ok(Found::Fine)
}

fn object(said: &Said) -> Value {
    let Said { feedback, said_at } = said;
    json!({"section": feedback.section, "opinion": feedback.opinion, "text": feedback.text, "said_at": said_at})
}

/// What was said of one section.
#[derive(Debug, PartialEq, Eq)]
struct Section<'a> {
    url: String,
    clear: usize,
    unclear: usize,
    mistakes: usize,
    /// Answers with words, oldest first.
    texts: Vec<&'a Said>,
}

impl<'a> Section<'a> {
    fn of(url: String, said: Vec<&'a Said>) -> Self {
        let count = |opinion| said.iter().filter(|it| it.feedback.opinion == opinion).count();
        let (clear, unclear, mistakes) = (count(Opinion::Clear), count(Opinion::Unclear), count(Opinion::Mistake));
        let texts = said.into_iter().filter(|it| !it.feedback.text.is_empty()).collect();
        Self { url, clear, unclear, mistakes, texts }
    }
}

/// The sections that something was said of; first those that most found wanting.
fn by_section(said: &[Said]) -> Vec<Section<'_>> {
    let mut by_url: BTreeMap<String, Vec<&Said>> = BTreeMap::new();
    for it in said {
        by_url.entry(it.feedback.section.url()).or_default().push(it);
    }
    let mut sections: Vec<Section<'_>> = by_url.into_iter().map(|(url, said)| Section::of(url, said)).collect();
    sections.sort_by_key(|it| std::cmp::Reverse(it.unclear + it.mistakes));
    sections
}

#[cfg(test)]
mod tests {
    use domain::feedback::Feedback;

    use super::*;

    #[test]
    fn what_is_wanting_comes_first() {
        let say = |section: &str, opinion, text: &str| {
            let section = section.to_owned().try_into().unwrap();
            Said { feedback: Feedback { section, opinion, text: text.to_owned() }, said_at: 1 }
        };
        let said = [
            say("a", Opinion::Clear, ""),
            say("b#x", Opinion::Mistake, "teh"),
            say("b#x", Opinion::Clear, ""),
            say("b#x", Opinion::Unclear, ""),
        ];
        let sections = by_section(&said);
        let told: Vec<_> = sections.iter().map(|it| (it.url.as_str(), it.clear, it.unclear, it.mistakes)).collect();
        assert_eq!(told, [("/chapters/b#x", 1, 1, 1), ("/chapters/a", 1, 0, 0)]);
        assert_eq!(sections[0].texts, [&said[1]]);
    }
}
