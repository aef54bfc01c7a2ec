//! `manifest.json`: logical name → path below the site's root.
//! Invariant: a page built from the old manifest finds its files until the new one is in place.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Result, bail};

use super::{Places, stamp};

/// Logical name, e.g. `site.css` → file name, e.g. `site.4DTZUVXW.css`.
pub(super) type Names = BTreeMap<String, String>;

/// Puts the fresh files in place, then the manifest, then removes what no longer belongs to it.
pub(super) fn publish(places: &Places, fresh: &Path, names: &Names) -> Result<()> {
    if let Some((name, file)) = names.iter().find(|(_, file)| !fresh.join(file).is_file()) {
        bail!("`{name}` should be the file {file}, but nothing has made it");
    }
    let assets = places.site.join("assets");
    fs::create_dir_all(&assets)?;

    let mut current = BTreeSet::new();
    for entry in fs::read_dir(fresh)? {
        let entry = entry?;
        fs::rename(entry.path(), assets.join(entry.file_name()))?;
        current.insert(entry.file_name());
    }
    let paths: BTreeMap<&str, String> =
        names.iter().map(|(name, file)| (name.as_str(), format!("/assets/{file}"))).collect();
    let unfinished = places.work.join("manifest.json");
    fs::write(&unfinished, serde_json::to_string_pretty(&paths)? + "\n")?;
    fs::rename(&unfinished, places.site.join("manifest.json"))?;

    for entry in fs::read_dir(&assets)? {
        let entry = entry?;
        if !current.contains(&entry.file_name()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A line per served file: its size, and what goes over the wire.
pub(super) fn print_sizes(places: &Places) -> Result<()> {
    let mut files = Vec::new();
    stamp::collect(&places.site.join("assets"), &[], &mut files)?;
    files.sort();
    for file in &files {
        if file.extension().is_some_and(|extension| extension == "br" || extension == "gz") {
            continue;
        }
        let size = fs::metadata(file)?.len();
        let mut compressed = file.clone().into_os_string();
        compressed.push(".br");
        let wire = fs::metadata(&compressed).map_or(size, |data| data.len());
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        println!("  {name:<36} {:>8.1} kB, {:>7.1} kB compressed", kilobytes(size), kilobytes(wire));
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "files are far below 2^52 bytes")]
fn kilobytes(bytes: u64) -> f64 {
    bytes as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn publish_one(at: &Path, file: &str) -> Result<()> {
        let places = Places { root: at.into(), site: at.join("site"), work: at.join("work"), cargo_target: at.into() };
        let fresh = at.join("work/assets");
        fs::create_dir_all(&fresh).unwrap();
        fs::write(fresh.join("site.1.js"), "1").unwrap();
        publish(&places, &fresh, &Names::from([("site.js".to_owned(), file.to_owned())]))
    }

    #[test]
    fn old_files_go_and_the_manifest_names_the_new_one() {
        let at = tempfile::tempdir().unwrap();
        fs::create_dir_all(at.path().join("site/assets")).unwrap();
        fs::write(at.path().join("site/assets/site.0.js"), "0").unwrap();
        publish_one(at.path(), "site.1.js").unwrap();
        assert!(!at.path().join("site/assets/site.0.js").exists());
        assert!(at.path().join("site/assets/site.1.js").exists());
        let manifest = fs::read_to_string(at.path().join("site/manifest.json")).unwrap();
        assert_eq!(manifest, "{\n  \"site.js\": \"/assets/site.1.js\"\n}\n");
    }

    #[test]
    fn a_named_file_must_be_there() {
        let at = tempfile::tempdir().unwrap();
        let error = publish_one(at.path(), "site.2.js").unwrap_err();
        assert!(error.to_string().contains("site.2.js"), "{error}");
        assert!(!at.path().join("site/manifest.json").exists());
    }
}
