//! Facts of archives in both layouts, and archives that must have none.
#![allow(clippy::unwrap_used, clippy::panic, dead_code, unreachable_pub, reason = "tests")]

mod archive;

use archive::{Made, Part, dir, file, gzip, image, link, sha, tar, zstd};
use artifact::{Job, Report, Wanted, read_archive};
use serde_json::json;
use tar::EntryType;

fn job(name: &str, paths: &[&str]) -> Job {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    Job { images: vec![Wanted { image: name.to_owned(), paths }], ..Job::default() }
}

fn report(parts: &[Part], job: &Job) -> Report {
    read_archive(tar(parts).as_slice(), job).unwrap()
}

fn sample() -> Made {
    let mut made = image(&[
        vec![
            dir("etc/"),
            file("etc/secret", "s"),
            file("etc/keep", "old"),
            file("var/a/x", "1"),
            file("var/a/y", "2"),
            link("lib", EntryType::Symlink, "usr/lib"),
            file("usr/lib/so", "elf"),
            link("usr/lib/hard", EntryType::Link, "usr/lib/so"),
            link("loop", EntryType::Symlink, "loop"),
            Part { mode: 0o4755, ..file("bin/su", "su") },
        ],
        vec![file("etc/.wh.secret", ""), file("etc/keep", "new"), file("var/a/.wh..wh..opq", ""), file("var/a/z", "3")],
    ]);
    made.config = json!({"User": "app", "Env": ["A=1", "B=x=y"], "Cmd": ["run"], "ExposedPorts": {"80/tcp": {}}, "Labels": {"k": "v"}});
    made
}

#[test]
fn both_layouts_and_all_packings_tell_the_same() {
    let job = job(
        "app:1",
        &["/etc/secret", "/etc/keep", "/var/a/x", "/var/a/z", "/lib/so", "/lib", "/usr/lib/hard", "/loop/x", "/etc"],
    );
    let made = sample();
    let facts = report(&made.oci(), &job).images[0].clone();
    for other in [made.classic(), Made { pack: gzip, ..made.clone() }.oci(), Made { pack: zstd, ..made.clone() }.oci()]
    {
        assert_eq!(report(&other, &job).images[0], facts);
    }
    assert!(facts.present && facts.layer_count == 2 && facts.tags == ["app:1"]);
    assert_eq!(facts.layers[1].created_by.as_deref(), Some("RUN step 2"));
    assert_eq!(facts.layers[0].digest, format!("sha256:{}", sha(&made.layers[0])));
    assert_eq!((facts.config.user.as_str(), facts.config.env["B"].as_str()), ("app", "x=y"));
    assert_eq!(facts.config.exposed_ports, ["80/tcp"]);
    assert!(!facts.files["/etc/secret"].present && !facts.files["/var/a/x"].present && !facts.files["/loop/x"].present);
    assert_eq!(facts.files["/etc/keep"].text.as_deref(), Some("new"));
    assert_eq!(facts.files["/var/a/z"].mode, "0644");
    assert_eq!(facts.files["/lib/so"].text.as_deref(), Some("elf"));
    assert_eq!(
        (facts.files["/lib"].kind.as_str(), facts.files["/lib"].target.as_deref()),
        ("symlink", Some("usr/lib"))
    );
    assert_eq!(facts.files["/usr/lib/hard"].sha256, Some(sha(b"elf")));
    assert_eq!(facts.setuid, ["/bin/su"]);
    assert_eq!(facts.file_count, 5);
}

#[test]
fn images_are_found_by_name_and_by_id() {
    let made = sample();
    let id = sha(&made.document());
    for name in ["app:1", "docker.io/library/app:1", &id, &format!("sha256:{id}"), &id[..12]] {
        assert!(report(&made.oci(), &job(name, &[])).images[0].present, "{name}");
    }
    for name in ["app", "other:1"] {
        assert!(!report(&made.oci(), &job(name, &[])).images[0].present, "{name}");
    }
    let untagged = Made { tags: Vec::new(), ..made };
    for name in ["whatever".to_owned(), format!("busybox@sha256:{}", sha(b"as some registry has it"))] {
        assert!(report(&untagged.classic(), &job(&name, &[])).images[0].present, "{name}");
    }
}

#[test]
fn an_image_asked_for_by_its_id_has_that_id() {
    let untagged = Made { tags: Vec::new(), ..sample() };
    let parts = untagged.oci();
    let index = parts.iter().find(|part| part.path == "index.json").unwrap();
    let index: serde_json::Value = serde_json::from_slice(&index.body).unwrap();
    let manifest = index["manifests"][0]["digest"].as_str().unwrap();
    // Of the config, as the classic store calls it, or of the manifest, as containerd's does.
    for id in [format!("sha256:{}", sha(&untagged.document())), manifest.to_owned()] {
        assert!(report(&parts, &job(&id, &[])).images[0].present, "{id}");
    }
    let other = format!("sha256:{}", sha(b"another"));
    for name in [other.as_str(), &other["sha256:".len()..], &other["sha256:".len()..][..12]] {
        assert!(!report(&parts, &job(name, &[])).images[0].present, "{name}");
        assert!(!report(&untagged.classic(), &job(name, &[])).images[0].present, "{name}");
    }
}

#[test]
fn a_content_that_is_not_told_says_so() {
    let long = "x".repeat((64 << 10) + 1);
    let parts = vec![
        file("short", "x"),
        file("long", &long),
        file("bytes", [0xff, 0xfe]),
        link("to", EntryType::Symlink, "long"),
        link("nowhere", EntryType::Symlink, "none"),
        dir("folder/"),
    ];
    let paths = ["/short", "/long", "/bytes", "/to", "/nowhere", "/folder", "/none"];
    let files = report(&image(&[parts]).oci(), &job("app:1", &paths)).images[0].files.clone();
    let withheld: Vec<&str> = paths.into_iter().filter(|path| files[*path].text_withheld).collect();
    assert_eq!(withheld, ["/long", "/bytes", "/to"]);
    assert!(withheld.iter().all(|path| files[*path].text.is_none()));
    assert_eq!(serde_json::to_value(&files["/short"]).unwrap().get("text_withheld"), None);
}

#[test]
fn equal_layers_of_the_classic_layout_are_links() {
    let layer = vec![file("a", "1")];
    let made = image(&[layer.clone(), layer]);
    assert_eq!(report(&made.classic(), &job("app:1", &[])).images[0].layer_count, 2);
}

fn refused(bytes: &[u8], job: &Job) -> String {
    read_archive(bytes, job).unwrap_err().to_string()
}

#[test]
fn hostile_archives_have_no_facts() {
    let layers = |parts: Vec<Part>| tar(&image(&[parts]).oci());
    let plain = image(&[vec![file("a", "1")]]);
    let with = |part: Part| {
        let mut parts = plain.oci();
        parts.push(part);
        tar(&parts)
    };
    let swapped = |from: &str, to: &str| {
        let mut parts = plain.oci();
        for part in &mut parts {
            if part.path == "index.json" || part.path == "manifest.json" {
                part.body = String::from_utf8(part.body.clone()).unwrap().replace(from, to).into_bytes();
            }
        }
        tar(&parts)
    };
    let mut flipped = plain.oci();
    flipped.iter_mut().find(|part| part.path.starts_with("blobs/sha256/") && part.body.len() > 1024).unwrap().body
        [512] ^= 1;
    let mut config = plain.clone();
    config.history = Some(json!([{"created_by": "a"}, {"created_by": "b"}]));
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    fn twice(body: &[u8]) -> Vec<u8> {
        [gzip(body), gzip(body)].concat()
    }
    fn trailing(body: &[u8]) -> Vec<u8> {
        [gzip(body), b"garbage".to_vec()].concat()
    }
    fn trailing_zstd(body: &[u8]) -> Vec<u8> {
        [zstd(body), b"garbage".to_vec()].concat()
    }
    fn cut(body: &[u8]) -> Vec<u8> {
        let mut packed = gzip(body);
        packed.truncate(packed.len() - 9);
        packed
    }
    let packed = |pack: fn(&[u8]) -> Vec<u8>| tar(&Made { pack, ..plain.clone() }.oci());
    let whole = tar(&plain.oci());
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("absolute", layers(vec![file("/etc/x", "")]), "absolute"),
        ("upwards", layers(vec![file("a/../../x", "")]), "upwards"),
        ("outer upwards", with(file("../x", "")), "upwards"),
        ("hard link to nothing", layers(vec![link("a", EntryType::Link, "b")]), "hard link"),
        ("below a link", layers(vec![link("a", EntryType::Symlink, "/"), file("a/b", "")]), "no folder"),
        ("same path", layers(vec![file("a", "1"), file("a", "2")]), "twice"),
        ("long path", layers(vec![file(&"p/".repeat(2100), "")]), "longer than 4096"),
        ("sparse", layers(vec![link("a", EntryType::GNUSparse, "")]), "sparse"),
        ("two manifests", with(file("manifest.json", "[]")), "twice"),
        ("two indexes", with(file("./index.json", "{}")), "twice"),
        ("outer link", with(link("x", EntryType::Symlink, "/etc/passwd")), "link"),
        ("digest", tar(&flipped), ""),
        ("wrong name", with(file(&format!("blobs/sha256/{}", "0".repeat(64)), "hello")), "digest"),
        ("media type", swapped("image.manifest.v1", "image.puzzle.v1"), "media type"),
        ("size", swapped("\"size\":", "\"size\":1"), "size"),
        ("missing layer", swapped("\"Layers\":[\"blobs/sha256/", "\"Layers\":[\"blobs/sha256/0"), "missing"),
        ("history", tar(&config.oci()), "history"),
        ("deep", with(file("deep.json", deep)), "deep"),
        ("long document", with(file("long.json", format!("[{}]", " ".repeat(5 << 20)))), "longer than"),
        ("same key", with(file("keys.json", r#"{"a":1,"a":2}"#)), "twice"),
        ("cut off", whole[..whole.len() - 1024].to_vec(), "ends"),
        ("cut in the middle", whole[..whole.len() / 2 + 100].to_vec(), ""),
        ("trailing", [whole.clone(), b"x".to_vec()].concat(), "after its end"),
        ("concatenated", packed(twice), "after the packed layer"),
        ("garbage", packed(trailing), "after the packed layer"),
        ("garbage after zstd", packed(trailing_zstd), "after the packed layer"),
        ("cut gzip", packed(cut), ""),
        ("nothing", tar(&[]), "neither"),
        ("no archive", b"hello".to_vec(), ""),
    ];
    for (name, bytes, reason) in cases {
        match read_archive(bytes.as_slice(), &job("app:1", &["/a"])) {
            Err(invalid) => assert!(invalid.to_string().contains(reason), "{name}: {invalid}"),
            Ok(_) => panic!("{name} has facts"),
        }
    }
}

#[test]
fn limits_are_limits() {
    let mut made = image(&[vec![file("zeroes", vec![0; 1 << 20])], vec![file("b", "")]]);
    made.pack = gzip;
    let bytes = tar(&made.oci());
    type Set = fn(&mut artifact::Limits);
    let cases: [(Set, &str); 6] = [
        (|limits| limits.compressed = 2000, "larger than"),
        (|limits| limits.unpacked = 500_000, "unpacks to more"),
        (|limits| limits.ratio_floor = 100_000, "times its size"),
        (|limits| limits.layers = 1, "layers"),
        (|limits| limits.entries = 5, "entries"),
        (|limits| limits.json = 20, "longer than"),
    ];
    for (set, reason) in cases {
        let mut job = job("app:1", &[]);
        set(&mut job.limits);
        let said = refused(&bytes, &job);
        assert!(said.contains(reason), "{said}");
    }
    assert!(read_archive(bytes.as_slice(), &job("app:1", &[])).is_ok());
}

#[test]
fn any_flipped_byte_is_refused_or_read_and_never_a_panic() {
    for made in [sample(), Made { pack: gzip, ..sample() }, Made { pack: zstd, ..sample() }] {
        let bytes = tar(&made.oci());
        let mut job = job("app:1", &["/etc/keep"]);
        job.needles = vec!["needle-of-the-test".to_owned()];
        for at in (0..bytes.len()).step_by(13) {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1 << (at % 8);
            let _judged = read_archive(bytes.as_slice(), &job);
            bytes.truncate(at);
            assert!(read_archive(bytes.as_slice(), &job).is_err(), "cut at {at}");
        }
    }
}

/// `corpus/save.sh` has made them: what is in them is known, and the digests are looked up in the archives themselves.
#[test]
fn archives_as_real_engines_write_them_are_read_rightly() {
    const NEEDLE: &str = "c4nary-of-the-fuzzer-91b7";
    let long = "d".repeat(120);
    let long = format!("/{long}/ünï {long}");
    let paths = ["/etc/secret", "/etc/keep", "/etc/more", "/lib/so", "/lib", "/usr/lib/hard", "/remove", &long];
    for name in ["valid-engine-20.10.tar", "valid-engine-26.1.tar"] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
        let archive = std::fs::read(folder.join(name)).unwrap();
        let mut job = job("app:1", &paths);
        job.images.extend(self::job("app:2", &paths).images);
        job.needles = vec![NEEDLE.to_owned()];
        job.difference = Some(("app:1".to_owned(), "app:2".to_owned()));
        let report = read_archive(archive.as_slice(), &job).unwrap_or_else(|invalid| panic!("{name}: {invalid}"));
        let [first, second] = &report.images[..] else { panic!("{name}: {report:?}") };
        assert_eq!((first.layer_count, second.layer_count), (3, 4), "{name}");
        assert_eq!(first.layers, second.layers[..3], "{name}: the second is made from the first");
        for (image, tag) in [(first, "app:1"), (second, "app:2")] {
            assert!(image.present, "{name}: {tag}");
            assert_eq!(image.tags, [tag], "{name}");
            assert_eq!(
                (image.config.user.as_str(), image.config.env["B"].as_str()),
                ("10001:10001", "x=y z"),
                "{name}"
            );
            assert_eq!(image.config.cmd.as_deref(), Some(&["/remove".to_owned()][..]), "{name}");
            assert!(!image.files["/etc/secret"].present, "{name}: it was deleted");
            assert_eq!(image.files["/etc/keep"].text.as_deref(), Some("newer"), "{name}");
            assert_eq!(image.files["/lib/so"].text.as_deref(), Some("elf"), "{name}");
            assert_eq!(image.files["/lib"].target.as_deref(), Some("usr/lib"), "{name}");
            assert_eq!(image.files["/usr/lib/hard"].sha256, Some(sha(b"elf")), "{name}");
            assert_eq!((image.files["/remove"].size, image.files["/remove"].mode.as_str()), (155, "0755"), "{name}");
            assert_eq!(image.files[long.as_str()].text.as_deref(), Some("x"), "{name}");
        }
        assert!(!first.files["/etc/more"].present && second.files["/etc/more"].present, "{name}");
        assert_eq!(second.config.labels["made"], "twice", "{name}");
        assert_eq!(report.secrets.images_searched, 2, "{name}");
        let found = &report.secrets.found;
        assert!(!found.is_empty() && found.iter().all(|one| one.place.contains("/etc/secret")), "{name}: {found:?}");
        assert!(report.difference.is_some(), "{name}");
        // The ids are those that the engine tells: of configs that are in the archive.
        let listed: serde_json::Value = serde_json::from_slice(&member(&archive, "manifest.json")).unwrap();
        for (image, entry) in [(first, &listed[0]), (second, &listed[1])] {
            let config = member(&archive, entry["Config"].as_str().unwrap());
            assert_eq!(image.id, format!("sha256:{}", sha(&config)), "{name}");
        }
    }
}

fn member(archive: &[u8], path: &str) -> Vec<u8> {
    use std::io::Read as _;
    let mut archive = ::tar::Archive::new(archive);
    let mut entries = archive.entries().unwrap().map(Result::unwrap);
    let mut entry = entries.find(|entry| entry.path().unwrap().to_str() == Some(path)).unwrap();
    let mut body = Vec::new();
    entry.read_to_end(&mut body).unwrap();
    body
}
