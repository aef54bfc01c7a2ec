//! Archives as a real engine writes them: what the reader of archives tells is what the engine's own `inspect` tells.

use artifact::{Job, Report, Wanted, facts::ImageFacts, read_archive};
use sandbox::{EngineRequest, FileContent, Limits, Sandbox};
use serde_json::Value;

use crate::harness::{ask, ready, sh_ok};

const NEEDLE: &str = "N33dleN33dleN33dleN33dleN33dle42";

/// What is asked for by these names in one archive.
async fn report(sandbox: &Sandbox, names: &[&str], paths: &[&str]) -> Report {
    let limits = Limits { bytes: 1 << 30, ..Limits::default() };
    let query: Vec<String> = names.iter().map(|name| format!("names={name}")).collect();
    let request = EngineRequest::get(format!("/images/get?{}", query.join("&")));
    let archive = sandbox.engine_request(request, limits).await.unwrap();
    assert!(archive.status.is_success(), "{names:?}: {}", archive.status);
    let wanted = |name: &&str| Wanted {
        image: (*name).to_owned(),
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
    };
    let job = Job { images: names.iter().map(wanted).collect(), needles: vec![NEEDLE.to_owned()], ..Job::default() };
    read_archive(archive.body.as_ref(), &job).unwrap_or_else(|invalid| panic!("{names:?}: {invalid}"))
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

async fn agrees(sandbox: &Sandbox, name: &str, seen: &ImageFacts) {
    let told = ask(sandbox, &format!("/images/{name}/json")).await;
    assert!(seen.present, "{name}");
    assert_eq!(seen.id, told["Id"].as_str().unwrap(), "{name}");
    let layers: Vec<&str> = seen.layers.iter().map(|layer| layer.digest.as_str()).collect();
    assert_eq!(layers, texts(&told["RootFS"]["Layers"]), "{name}");
    assert_eq!(seen.config.user, told["Config"]["User"].as_str().unwrap_or_default(), "{name}");
    assert_eq!(seen.config.cmd.iter().flatten().collect::<Vec<_>>(), texts(&told["Config"]["Cmd"]), "{name}");
    let env: Vec<String> = seen.config.env.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let mut wanted = texts(&told["Config"]["Env"]);
    wanted.sort_unstable();
    assert_eq!(env, wanted, "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_of_built_imported_and_shared_images_are_read_as_the_engine_tells_them() {
    let Some(sandbox) = ready().await else { return };
    let script = format!(
        r#"set -e
mkdir -p /root/a && cd /root/a
long=$(printf 'd%.0s' $(seq 120)); mkdir names && printf x > "names/ünï $long"
cat > Dockerfile <<'END'
FROM busybox
ENV A=1 B="x=y z"
RUN echo {NEEDLE} > /tmp/secret_key
RUN rm /tmp/secret_key
RUN true
RUN ln /bin/busybox /bin/again && mkfifo /pipe && ln -s /etc/passwd /link && mkdir -p /x/y && chmod 4755 /bin/again
COPY names /files
WORKDIR /made/here
VOLUME /data
HEALTHCHECK --interval=3s CMD true
USER 10001:10001
CMD ["sh", "-c", "echo '\"<&>'"]
END
docker build -q -t multi:1 . && docker tag multi:1 multi:2 && docker tag multi:1 other.example/some/multi:3
docker build -q -t child:1 - <<'END'
FROM multi:1
LABEL a=b
USER 0
RUN rm -r /x && mkdir /x && touch /x/new
END
container=$(docker create multi:1)
docker export "$container" | docker import --change 'CMD ["sh"]' --message note - flat:1
docker commit --message committed "$container" committed:1
docker rm "$container"
printf 'FROM scratch\nLABEL only=config\n' | docker build -q -t empty:1 -
docker build -q -t gone:1 - <<'END'
FROM busybox
LABEL from={NEEDLE}
END
docker build -q -t gone:1 - <<'END'
FROM busybox
END
docker build -q -t dangling:1 - <<'END'
FROM multi:1
USER 0
RUN echo {NEEDLE} | base64 > /encoded
END
docker tag busybox dangling:1"#
    );
    sh_ok(&sandbox, &script).await;

    let paths = ["/tmp/secret_key", "/link", "/x/y", "/x/new", "/bin/again", "/pipe", "/made/here"];
    for name in
        ["multi:1", "multi:2", "other.example/some/multi:3", "child:1", "flat:1", "committed:1", "debian:13", "busybox"]
    {
        let report = report(&sandbox, &[name], &paths).await;
        agrees(&sandbox, name, &report.images[0]).await;
        let places: Vec<&str> = report.secrets.found.iter().map(|found| found.place.as_str()).collect();
        match name {
            "debian:13" | "busybox" | "flat:1" => assert_eq!(places, [""; 0], "{name}"),
            _ => {
                assert_eq!(places.len(), 2, "{name}: {places:?}");
                assert!(places[0].starts_with("history line "), "{name}: {places:?}");
                assert!(
                    places[1].contains("layer 2, `sha256:") && places[1].ends_with("path `/tmp/secret_key`"),
                    "{places:?}"
                );
            }
        }
    }
    let facts = report(&sandbox, &["child:1"], &paths).await.images[0].clone();
    let file = |path: &str| facts.files[path].clone();
    assert!(!file("/tmp/secret_key").present && !file("/x/y").present && file("/x/new").present);
    assert_eq!((file("/link").kind.as_str(), file("/link").target.as_deref()), ("symlink", Some("/etc/passwd")));
    assert_eq!((file("/pipe").kind.as_str(), file("/made/here").kind.as_str()), ("fifo", "directory"));
    assert_eq!(facts.config.healthcheck["Interval"], 3_000_000_000_u64);
    // A hard link is the same file: the bit is on both names.
    assert!(facts.setuid.contains(&"/bin/again".to_owned()) && facts.config.volumes == ["/data"], "{:?}", facts.setuid);

    // Several tags of one image, and several images that share layers, in one archive.
    let both = report(&sandbox, &["multi:1", "multi:2", "child:1", "flat:1"], &[]).await;
    for (name, seen) in ["multi:1", "multi:2", "child:1", "flat:1"].iter().zip(&both.images) {
        agrees(&sandbox, name, seen).await;
    }
    assert_eq!(both.images[0].tags, ["multi:1", "multi:2"]);
    assert_eq!(both.secrets.images_searched, 3);

    // Images without a name are asked for by id.
    let listed = ask(&sandbox, "/images/json?all=1&filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D").await;
    let ids = listed.as_array().unwrap().iter().map(|image| image["Id"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(ids.len(), 2, "{listed}");
    let mut found = Vec::new();
    for id in ids {
        let report = report(&sandbox, &[id], &[]).await;
        agrees(&sandbox, id, &report.images[0]).await;
        found.extend(report.secrets.found.into_iter().map(|found| found.place));
    }
    assert!(found.iter().any(|place| place == "label `from`"), "{found:?}");
    assert!(found.iter().any(|place| place.ends_with("path `/encoded`, in base64")), "{found:?}");
    assert!(found.iter().all(|place| !place.contains("no image uses")), "{found:?}");

    let absent =
        sandbox.engine_request(EngineRequest::get("/images/get?names=nothing:1"), Limits::default()).await.unwrap();
    assert_eq!(absent.status.as_u16(), 404);
}

/// The script makes the seeds of the fuzzer; `DRYDOCK_FUZZ_CORPUS=write` keeps what it makes here as the one of this engine.
#[tokio::test(flavor = "multi_thread")]
async fn the_archive_that_the_fuzzer_starts_from_is_what_the_engine_writes() {
    let Some(sandbox) = ready().await else { return };
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/artifact/tests/corpus");
    let script = std::fs::read(corpus.join("save.sh")).unwrap();
    sandbox.put_files(&[FileContent::new("/root/save.sh", script)]).await.unwrap();
    sh_ok(&sandbox, "sh /root/save.sh /root/saved.tar").await;
    let (_, saved) = sandbox.get_file("/root/saved.tar", 1 << 20).await.unwrap();
    assert!(saved.len() < 64 * 1024, "{} bytes are more than a seed should have", saved.len());
    let kept = corpus.join("valid-engine-26.1.tar");
    if std::env::var("DRYDOCK_FUZZ_CORPUS").as_deref() == Ok("write") {
        std::fs::write(&kept, &saved).unwrap();
    }
    // Times differ, and with them digests; the rest does not.
    let paths = ["/etc/secret", "/etc/keep", "/etc/more", "/lib/so", "/usr/lib/hard"];
    let wanted =
        |image: &str| Wanted { image: image.to_owned(), paths: paths.iter().map(|path| (*path).to_owned()).collect() };
    let job =
        Job { images: vec![wanted("app:1"), wanted("app:2")], needles: vec![NEEDLE.to_owned()], ..Job::default() };
    let facts = |archive: &[u8]| {
        let report = read_archive(archive, &job).unwrap_or_else(|invalid| panic!("{invalid}"));
        report
            .images
            .into_iter()
            .map(|image| (image.present, image.layer_count, image.config, image.files))
            .collect::<Vec<_>>()
    };
    let (now, then) = (facts(&saved), facts(&std::fs::read(kept).unwrap()));
    assert!(now.iter().all(|(present, ..)| *present));
    assert_eq!(now, then);
}
