//! Secrets in every place and form; what holds none has no finding.
#![allow(clippy::unwrap_used, clippy::panic, dead_code, unreachable_pub, reason = "tests")]

mod archive;

use archive::{Made, file, gzip, image, link, tar, zstd};
use artifact::{Job, facts::Finding, read_archive};
use base64::Engine as _;
use serde_json::json;
use tar::EntryType;

const NEEDLE: &str = "canary-7f3a91?>~";

fn search(bytes: &[u8]) -> Vec<Finding> {
    let job = Job { needles: vec![NEEDLE.to_owned()], ..Job::default() };
    read_archive(bytes, &job).unwrap().secrets.found
}

fn holding(made: &Made) -> Vec<Finding> {
    let found = search(&tar(&made.oci()));
    assert_eq!(search(&tar(&made.classic())), found);
    found
}

#[test]
fn a_deleted_file_is_found_where_it_was() {
    let made =
        image(&[vec![file("a", "")], vec![file("tmp/secret_key", NEEDLE)], vec![file("tmp/.wh.secret_key", "")]]);
    let found = holding(&made);
    assert_eq!(found.len(), 1, "{found:?}");
    let digest = archive::sha(&made.layers[1]);
    assert_eq!(found[0].place, format!("layer 2, `sha256:{}`, path `/tmp/secret_key`", &digest[..12]));
    assert_eq!(
        (found[0].layer, found[0].path.as_deref(), found[0].image.as_deref()),
        (Some(2), Some("/tmp/secret_key"), Some("app:1"))
    );
}

#[test]
fn every_form_is_found_in_every_packing() {
    for before in 0..5 {
        let text = format!("{}{NEEDLE} and more", "x".repeat(before));
        let forms = [
            (text.clone(), "plain"),
            (base64::engine::general_purpose::STANDARD.encode(&text), "base64"),
            (base64::engine::general_purpose::URL_SAFE.encode(&text), "base64"),
            (hex::encode(&text), "hex"),
            (hex::encode_upper(&text), "hex"),
        ];
        for (written, form) in forms {
            for pack in [<[u8]>::to_vec as fn(&[u8]) -> Vec<u8>, gzip, zstd] {
                let made = Made { pack, ..image(&[vec![file("f", &written)]]) };
                let found = search(&tar(&made.oci()));
                assert_eq!(found.len(), 1, "{written}: {found:?}");
                assert_eq!(found[0].form, form);
            }
        }
    }
}

#[test]
fn chunks_do_not_hide_it() {
    for at in [500, 511, 512, 8180, 8191, 32_760, 65_530, 131_070] {
        let body = [vec![b'.'; at], NEEDLE.as_bytes().to_vec(), vec![b'.'; 70_000]].concat();
        assert_eq!(holding(&image(&[vec![file("f", body)]])).len(), 1, "at {at}");
    }
}

#[test]
fn wrapped_and_spaced_forms_are_found_wherever_they_lie() {
    let text = format!("secret={NEEDLE}\n");
    let (base64, hex) = (base64::engine::general_purpose::STANDARD.encode(&text), hex::encode(&text));
    let lines = |text: &str, width: usize, between: &str| {
        let lines: Vec<String> = text.as_bytes().chunks(width).map(|it| String::from_utf8_lossy(it).into()).collect();
        lines.join(between)
    };
    // As `base64 -w0`, `base64 -w16`, `xxd -p -c10`, `od -An -tx1` and `openssl` write them.
    let forms = [
        (base64.clone(), "base64"),
        (lines(&base64, 16, "\n"), "base64"),
        (lines(&hex, 20, "\n"), "hex"),
        (format!(" {}", lines(&lines(&hex, 2, " "), 24, "\n ")), "hex"),
        (lines(&hex.to_uppercase(), 2, ":"), "hex"),
    ];
    for (written, form) in forms {
        for at in [0, 500, 8180, 32_760, 131_070] {
            for around in [".", "\0", "\n"] {
                let body = format!("{}{written}{}", around.repeat(at), around.repeat(70_000));
                let found = search(&tar(&image(&[vec![file("f", body)]]).oci()));
                assert_eq!(found.iter().map(|one| one.form.as_str()).collect::<Vec<_>>(), [form], "{written} at {at}");
                assert_eq!(found[0].path.as_deref(), Some("/f"));
            }
        }
    }
}

#[test]
fn nested_archives_are_opened() {
    let inner = tar(&[file("deep/key", NEEDLE)]);
    let nested = gzip(&tar(&[file("inner.tar.zst", zstd(&inner))]));
    for body in
        [inner.clone(), gzip(&inner), zstd(&inner), nested.clone(), [gzip(b"first"), gzip(NEEDLE.as_bytes())].concat()]
    {
        let found = holding(&image(&[vec![file("a.tgz", body)]]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].path.as_deref(), Some("/a.tgz"));
    }
    let found = holding(&image(&[vec![file("a.tgz", nested)]]));
    assert!(found[0].place.ends_with("in it `inner.tar.zst`, in it `deep/key`"), "{}", found[0].place);
}

#[test]
fn names_and_links_are_searched() {
    let name = "canary-7f3a91?>~";
    for part in
        [file(&format!("tmp/{name}"), ""), file(&format!("tmp/.wh.{name}"), ""), link("l", EntryType::Symlink, name)]
    {
        assert_eq!(holding(&image(&[vec![part]])).len(), 1);
    }
}

#[test]
fn the_config_is_searched_by_meaning() {
    let cases = [
        (json!({"Env": [format!("TOKEN={NEEDLE}")]}), "environment variable `TOKEN`"),
        (json!({"Labels": {"note": NEEDLE}}), "label `note`"),
        (json!({"Cmd": ["sh", "-c", NEEDLE]}), "command"),
        (json!({"Healthcheck": {"Test": ["CMD", NEEDLE]}}), "health check"),
        (json!({"Env": [format!("T={}", hex::encode(NEEDLE))]}), "environment variable `T`, in hex"),
    ];
    for (config, place) in cases {
        let found = holding(&Made { config, ..image(&[vec![file("a", "")]]) });
        assert_eq!(found.iter().map(|one| one.place.as_str()).collect::<Vec<_>>(), [place]);
    }
    let history = Some(json!([{"created_by": "a"}, {"created_by": format!("RUN echo {NEEDLE}"), "empty_layer": true}]));
    let found = holding(&Made { history, ..image(&[vec![file("a", "")]]) });
    assert_eq!(found[0].place, "history line 2");
}

#[test]
fn what_no_image_uses_is_searched_too() {
    let mut parts = image(&[vec![file("a", "")]]).oci();
    for body in [tar(&[file("x", NEEDLE)]), NEEDLE.as_bytes().to_vec(), json!({"a": NEEDLE}).to_string().into_bytes()] {
        parts.push(file(&format!("blobs/sha256/{}", archive::sha(&body)), body));
    }
    let found = search(&tar(&parts));
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().all(|one| one.image.is_none()));
}

#[test]
fn what_engines_repeat_of_a_config_is_told_once() {
    let made = Made { config: json!({"Labels": {"note": NEEDLE}}), ..image(&[vec![file("a", "")]]) };
    let places = |beside: serde_json::Value| {
        let body = beside.to_string();
        let mut parts = made.oci();
        parts.push(file(&format!("blobs/sha256/{}", archive::sha(body.as_bytes())), body));
        search(&tar(&parts)).into_iter().map(|found| found.place).collect::<Vec<_>>()
    };
    assert_eq!(places(json!({"id": "x", "config": {"Labels": {"note": NEEDLE}}})), ["label `note`"]);
    let other = places(json!({"config": {"Labels": {"note": NEEDLE}}, "more": format!("{NEEDLE}!")}));
    assert_eq!(other.len(), 2, "{other:?}");
    assert!(other[0].starts_with("a part of the archive that no image uses"));
}

#[test]
fn nothing_is_found_where_nothing_is_and_no_more_than_a_hundred_are_told() {
    assert!(holding(&image(&[vec![file("a", "canary-7f3a91"), file("b", gzip(b"x"))]])).is_empty());
    let many: Vec<_> = (0..150).map(|at| file(&format!("f{at}"), NEEDLE)).collect();
    assert_eq!(holding(&image(&[many])).len(), 100);
}

#[test]
fn the_worker_answers_with_one_short_document() {
    let texts: Vec<_> = (0..6).map(|at| file(&format!("t{at}"), "x".repeat(60_000))).collect();
    let archive = tar(&image(&[texts]).oci());
    let ask = |files: usize| {
        let paths: Vec<String> = (0..files).map(|at| format!("/t{at}")).collect();
        let job = json!({"images": [{"image": "app:1", "paths": paths}], "difference": ["app:1", "app:1"]});
        let input = [format!("{job}\n").into_bytes(), archive.clone()].concat();
        let mut said = Vec::new();
        artifact::worker::run(input.as_slice(), &mut said).unwrap();
        assert!(said.len() <= 256 << 10);
        serde_json::from_slice::<serde_json::Value>(&said).unwrap()
    };
    let said = ask(4);
    assert_eq!(said["report"]["difference"]["shared"], 1);
    assert_eq!(said["report"]["images"][0]["files"]["/t3"]["text"].as_str().unwrap().len(), 60_000);
    // A report that says nothing of some texts would let a check pass that wants them to lack something.
    assert!(ask(6)["invalid"].as_str().unwrap().contains("longer than 256 KiB"));
    let mut said = Vec::new();
    artifact::worker::run(b"{}\nnonsense".as_slice(), &mut said).unwrap();
    assert!(String::from_utf8(said).unwrap().starts_with("{\"invalid\":"));
    assert!(artifact::worker::run(b"nonsense\n".as_slice(), Vec::new()).is_err());
}
