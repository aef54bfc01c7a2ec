//! `manifest.json`: logical name → path below the site's root.
//! Invariant: a page built from the old manifest finds its files until the new one is in place.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use super::{Places, stamp};

/// What esbuild says about its outputs; only the fields that are read here.
#[derive(Deserialize)]
struct Metafile {
    /// By path, relative to the folder where esbuild ran.
    outputs: BTreeMap<String, Output>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    /// Set for entry points that are scripts or styles.
    entry_point: Option<String>,
    /// What went in, by path; a copied file has exactly itself.
    inputs: BTreeMap<String, serde::de::IgnoredAny>,
}

/// Logical names, e.g. `site.css`, and the file names that they stand for, e.g. `site.4DTZUVXW.css`.
fn names(metafile: &Metafile) -> Result<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    for (path, output) in &metafile.outputs {
        let Some(file) = Path::new(path).file_name().and_then(|name| name.to_str()) else {
            bail!("esbuild names an output without a file name: {path}");
        };
        let Some(extension) = file.rsplit('.').next() else { continue };
        let source = match (&output.entry_point, output.inputs.keys().next()) {
            (Some(entry), _) => entry,
            // Copied: fonts, pictures, WebAssembly. Shared chunks of scripts have no name of their own.
            (None, Some(input))
                if output.inputs.len() == 1 && input.ends_with(&format!(".{extension}")) && extension != "js" =>
            {
                input
            }
            _ => continue,
        };
        let Some(stem) = Path::new(source).file_stem().and_then(|stem| stem.to_str()) else {
            bail!("esbuild names an input without a file name: {source}");
        };
        let logical = format!("{stem}.{extension}");
        match names.insert(logical.clone(), file.to_owned()) {
            Some(before) if before != file => bail!("{before} and {file} would both be called {logical}"),
            _ => {}
        }
    }
    Ok(names)
}

/// Puts the fresh files in place, then the manifest, then removes what no longer belongs to it.
pub(super) fn publish(places: &Places, fresh: &Path) -> Result<()> {
    let metafile = places.work.join("esbuild.json");
    let metafile: Metafile =
        serde_json::from_slice(&fs::read(&metafile)?).with_context(|| format!("cannot read {}", metafile.display()))?;
    let names = names(&metafile)?;
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

    fn of(text: &str) -> Result<BTreeMap<String, String>> {
        names(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn entries_and_copied_files_have_names_and_chunks_have_none() {
        let names = of(r#"{"inputs": {}, "outputs": {
            "out/site.AAAA.js": {"entryPoint": "app/js/src/entries/site.ts", "inputs": {"a.ts": {}, "b.ts": {}}, "bytes": 1},
            "out/site.BBBB.css": {"entryPoint": "style/site.css", "inputs": {"style/tokens.css": {}}},
            "out/app_bg.CCCC.wasm": {"inputs": {"target/web/bound/app_bg.wasm": {}}},
            "out/figtree.DDDD.woff2": {"inputs": {"style/figtree.woff2": {}}},
            "out/chunk.EEEE.js": {"inputs": {"shared.js": {}}}
        }}"#)
        .unwrap();
        let pairs: Vec<_> = names.iter().map(|(name, file)| (name.as_str(), file.as_str())).collect();
        assert_eq!(
            pairs,
            [
                ("app_bg.wasm", "app_bg.CCCC.wasm"),
                ("figtree.woff2", "figtree.DDDD.woff2"),
                ("site.css", "site.BBBB.css"),
                ("site.js", "site.AAAA.js"),
            ]
        );
    }

    #[test]
    fn two_files_never_share_a_name() {
        let error = of(r#"{"outputs": {
            "out/mark.AAAA.svg": {"inputs": {"style/mark.svg": {}}},
            "out/mark.BBBB.svg": {"inputs": {"style/parts/mark.svg": {}}}
        }}"#)
        .unwrap_err();
        assert!(error.to_string().contains("mark.svg"), "{error}");
    }
}
