//! What each page shows.

use super::get;

#[tokio::test]
async fn home_greets_a_newcomer_and_takes_a_learner_back() {
    let new = get("/", false).await;
    assert_eq!(new.text_of("h1"), "Learn containers on a real engine of your own.");
    assert_eq!(new.all("a[href='/exercises/lean-context']").len(), 1);
    assert_eq!(new.all(".next").len(), 0);

    let known = get("/", true).await;
    assert_eq!(known.text_of("h1"), "Go on where you stopped.");
    assert_eq!(known.texts(".next .kicker"), ["Your sandbox is still running", "Next exercise", "To read"]);
    assert_eq!(known.all(".next.living a[href='/exercises/flatten-secret-image']").len(), 1);
    assert!(known.texts(".hull .facts").iter().any(|facts| facts == "In preparation"));
}

#[tokio::test]
async fn a_chapter_has_its_text_contents_and_the_way_on() {
    let page = get("/chapters/flattening-images", true).await;
    assert_eq!(page.text_of("h1"), "Flattening images");
    assert_eq!(page.all(".prose h2#layers-remember").len(), 1);
    assert_eq!(page.texts("nav.contents li").len(), 5);
    assert_eq!(page.all("nav.contents li.deeper").len(), 2);
    assert_eq!(page.text_of(".in-part [aria-current=page]"), "Flattening images");
    assert_eq!(page.all("a[rel=prev][href='/chapters/build-cache']").len(), 1);
    assert_eq!(page.all("a[rel=next][href='/chapters/build-secrets']").len(), 1);
    assert_eq!(page.texts(".practise-now .button"), ["Go on: Flatten an image that leaks a secret"]);
    assert_eq!(page.text_of(".sections [aria-current=page]"), "Chapters");
}

#[tokio::test]
async fn search_works_by_its_address() {
    let page = get("/search?q=flatten&kind=entry", false).await;
    assert_eq!(page.all("#q")[0].attr("value"), Some("flatten"));
    assert_eq!(page.texts(".hit h3"), ["Flatten an image into one layer", "See what is in each layer"]);
    assert_eq!(page.text_of(".kinds [aria-current]"), "Cheat sheet 5");
    assert_eq!(page.all(".hit mark").len(), 1);

    let all = get("/search?q=flatten", false).await;
    assert_eq!(all.texts(".hit-group h2"), ["Cheat sheet 5", "Chapters 2", "Exercises 1", "Error messages 1"]);
    assert_eq!(all.texts(".hit-group .all-hits"), ["All 5 in Cheat sheet"]);
    assert_eq!(all.all(".all-hits a[href='/search?q=flatten&kind=entry']").len(), 1);
    assert_eq!(all.text_of(".kinds [aria-current]"), "Everything");

    let nothing = get("/search?q=nothing", false).await;
    assert_eq!(nothing.all(".hit").len(), 0);
    assert_eq!(nothing.all(".empty a[href='/search?q=flatten']").len(), 1);
}

#[tokio::test]
async fn the_cheat_sheet_lists_every_task_and_leads_to_its_entry() {
    let page = get("/cheatsheet", false).await;
    assert_eq!(page.texts("h3"), ["Make an image smaller", "Build again without the cache"]);
    let links: Vec<_> = page.all("li[data-entry] a").iter().map(|link| link.attr("href").unwrap().to_owned()).collect();
    assert_eq!(links.len(), 4);
    for link in links {
        let (group, id) = link.split_once('#').unwrap();
        assert_eq!(get(group, false).await.all(&format!("article.entry#{id}")).len(), 1, "{link}");
    }
    assert_eq!(get("/cheatsheet/no-such-group", false).await.status, 404);
    assert_eq!(get("/cheatsheet/whole", false).await.all("article.entry").len(), 4);
}

#[tokio::test]
async fn an_entry_says_what_its_command_destroys() {
    let page = get("/cheatsheet/build-again", false).await;
    assert_eq!(page.all("article.entry").len(), 2);
    let prune = page.all("#prune-cache .destroys");
    assert!(prune[0].text().collect::<String>().contains("The whole build cache"));
    assert_eq!(page.text_of("#prune-cache figure:has(button[data-copy='']) code"), "docker builder prune --all");
    assert_eq!(page.texts(".groups [aria-current]"), ["Build again without the cache"]);
    assert_eq!(page.texts("a[rel=prev] span"), ["Make an image smaller"]);
    assert!(page.all("a[rel=next]").is_empty());
}

#[tokio::test]
async fn the_essential_sheet_has_some_entries_and_leads_to_them() {
    let page = get("/cheatsheet/essential", false).await;
    assert_eq!(page.all(".few li").len(), 3);
    assert_eq!(page.all(".few a[href='/cheatsheet/make-an-image-smaller#flatten-by-export']").len(), 1);
    assert_eq!(page.all(".few a[href$='#no-cache']").len(), 0);
    assert_eq!(page.texts(".few .destroys").len(), 2);
    assert_eq!(get("/cheatsheet", false).await.all("main a[href='/cheatsheet/essential']").len(), 1);
}

#[tokio::test]
async fn a_part_is_one_page_to_print() {
    let list = get("/chapters", false).await;
    assert_eq!(list.texts("a[href='/chapters/part/7']"), ["Print this part"]);
    let page = get("/chapters/part/7", false).await;
    assert_eq!(page.all("article.whole-chapter").len(), 2);
    assert_eq!(page.all(".whole-contents a[href='#build-cache']").len(), 1);
    assert_eq!(page.all("meta[name=robots][content=noindex]").len(), 1);
}

#[tokio::test]
async fn the_exercises_tell_standing_and_what_cannot_be_offered() {
    let page = get("/exercises", true).await;
    assert_eq!(page.all(".row").len(), 5);
    assert_eq!(page.texts(".standing"), ["Solved", "Solved", "5 of 9 points"]);
    assert_eq!(page.all(".not-offered").len(), 1);
    assert_eq!(get("/exercises", false).await.all(".standing").len(), 0);
}

#[tokio::test]
async fn an_exercise_can_be_read_without_a_script() {
    let page = get("/exercises/flatten-secret-image", false).await;
    assert_eq!(page.all("#task .prose h2").len(), 2);
    assert_eq!(page.all(".check").len(), 5);
    assert_eq!(page.all(".check.open").len(), 5);
    assert_eq!(page.texts(".given code"), ["Dockerfile", "app/run", "deploy_key", "debian:13", "busybox:1"]);
    // Nothing can be pressed before the islands are awake.
    assert!(page.all(".berth button")[0].attr("disabled").is_some());
    assert_eq!(page.all(".hints li").len(), 0);
}

#[tokio::test]
async fn an_exercise_shows_the_latest_verdict() {
    let page = get("/exercises/flatten-secret-image", true).await;
    let classes: Vec<_> = page.all(".check").iter().map(|check| check.attr("class").unwrap().to_owned()).collect();
    assert_eq!(classes, ["check passed", "check passed", "check fault", "check failed", "check passed"]);
    let failed = page.texts(".check.failed dd");
    assert_eq!(failed[0], "the secret is found nowhere");
    assert!(failed[1].contains("path /tmp/deploy_key"));
    assert_eq!(page.all(".check.failed .read-on a[href='/chapters/flattening-images#layers-remember']").len(), 1);
    assert!(page.text_of(".check.fault .because").contains("no fault of yours"));
    assert_eq!(
        page.texts(".history li b"),
        ["3 of 9 points".to_owned(), "Not graded: the sandbox ended before".to_owned()][..]
    );
    assert_eq!(page.texts(".hints li").len(), 1);
}

#[tokio::test]
async fn an_exercise_that_cannot_be_offered_says_why() {
    let page = get("/exercises/healthcheck", false).await;
    assert_eq!(page.all(".berth button").len(), 0);
    assert!(page.texts(".not-offered")[0].contains("cannot join two hosts"));
}

#[tokio::test]
async fn progress_lists_everything() {
    let page = get("/progress", true).await;
    assert_eq!(page.texts(".sums dd"), ["2 of 5", "18 of 38"]);
    assert_eq!(page.all(".part .row").len(), 5 + 2);
    assert_eq!(get("/progress", false).await.all(".empty").len(), 1);
}

/// Names of all colours, sizes and lengths in the style; the rest of the tokens are fonts and a shadow.
fn tokens() -> Vec<&'static str> {
    let style = include_str!("../../../style/tokens.css");
    let names = style.lines().filter_map(|line| line.trim().strip_prefix("--")?.split(':').next());
    names.filter(|name| *name != "shadow").collect()
}

#[tokio::test]
async fn the_design_shows_every_token_and_every_mark() {
    let page = get("/design", false).await;
    assert_eq!(page.status, if cfg!(debug_assertions) { 200 } else { 404 });
    if page.status == 404 {
        return;
    }
    let shown = page.texts(".design td code");
    let missing: Vec<_> = tokens().into_iter().filter(|name| !shown.contains(&format!("--{name}"))).collect();
    assert!(tokens().len() > 30 && missing.is_empty(), "{missing:?}");
    for mark in ["open", "next", "looking", "passed", "failed", "waits", "fault"] {
        assert_eq!(page.all(&format!(".check.{mark}")).len(), 1, "{mark}");
    }
    for state in ["good", "bad", "busy"] {
        assert!(!page.all(&format!(".toolbar .state.{state}")).is_empty(), "{state}");
    }
    assert_eq!(page.texts(".design .standing"), ["5 of 9 points", "Solved"]);
    assert_eq!(page.all(".entry .destroys").len() + page.all("form[data-feedback]").len(), 2);
    // Nothing leads there.
    for path in ["/", "/chapters", "/cheatsheet", "/no-such-page"] {
        assert_eq!(get(path, false).await.all("a[href='/design']").len(), 0, "{path}");
    }
}

#[tokio::test]
async fn pages_are_small() {
    for (path, most) in [("/", 24_000), ("/chapters/flattening-images", 40_000), ("/cheatsheet", 16_000)] {
        let bytes = get(path, true).await.text.len();
        assert!(bytes < most, "{path}: {bytes} bytes before compression");
    }
}
