//! From hits in blobs to findings that a learner understands.
//! Invariant: one finding for each place and form, and at least one for each blob that holds a needle.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    assemble::{Image, short},
    contents::{Blob, Body, Contents},
    facts::Finding,
    needles::{Form, Hits, Needles, Within},
};

/// The most that are told.
const MOST: usize = 100;

/// Tell where the needles are.
pub(crate) fn tell(contents: &Contents, images: &[Image], needles: &Needles, hits: &Hits) -> Vec<Finding> {
    let mut found = BTreeSet::new();
    for image in images {
        configured(contents, image, needles, hits, &mut found);
    }
    for ((number, within, form), inside) in hits {
        let Some(blob) = contents.blob(*number) else { continue };
        // The bytes of a layer as a whole matter only where none of its members explains them.
        let explained = |other: &Within| *within == Within::Bytes && *other != Within::Bytes;
        if matches!(blob.body, Body::Layer { .. })
            && hits.keys().any(|(other, place, written)| other == number && written == form && explained(place))
        {
            continue;
        }
        let mut known = false;
        for image in images {
            for (layer, _) in image.outline.layers.iter().enumerate().filter(|(_, layer)| *layer == number) {
                known = true;
                found.insert(in_layer(image, layer, within, inside, *form));
            }
            known |= image.outline.config == *number && *within == Within::Bytes;
            known |= repeats(contents, image, blob, needles);
        }
        if !known {
            found.insert(in_blob(&blob.path, &blob.digest, within, inside, *form));
        }
    }
    let mut found: Vec<Finding> = found.into_iter().collect();
    found.truncate(MOST);
    found
}

/// Engines write parts of the config once more, beside each layer or as a blob that nothing refers to. Where all that
/// such a document holds of a needle stands in the config too, it has been told.
fn repeats(contents: &Contents, image: &Image, blob: &Blob, needles: &Needles) -> bool {
    let config = contents.blob(image.outline.config).map(|blob| &blob.body);
    let (Body::Document(document), Some(Body::Document(config))) = (&blob.body, config) else { return false };
    let holding = |value: &Value| {
        let mut texts = BTreeSet::new();
        strings(value, &mut Vec::new(), &mut |_, text| {
            if !needles.forms_in(text.as_bytes()).is_empty() {
                texts.insert(text.to_owned());
            }
        });
        texts
    };
    let repeated = holding(document);
    !repeated.is_empty() && repeated.is_subset(&holding(config))
}

fn finding(image: Option<String>, place: String, form: Form) -> Finding {
    let place = if form == Form::Plain { place } else { format!("{place}, in {}", form.name()) };
    Finding { image, place, form: form.name().to_owned(), ..Finding::default() }
}

/// Names in a sentence: hostile, maybe long.
fn code(text: &str) -> String {
    let mut short: String = text.chars().filter(|c| !c.is_control() && *c != '`').take(300).collect();
    if text.chars().count() > 300 {
        short.push('…');
    }
    format!("`{short}`")
}

fn part(within: &Within, inside: &[String], slash: &str) -> String {
    let mut text = match within {
        Within::Path(path) => format!(", path {}", code(&format!("{slash}{path}"))),
        Within::Name(path) => format!(", name of {}", code(&format!("{slash}{path}"))),
        Within::Link(path) => format!(", link target of {}", code(&format!("{slash}{path}"))),
        Within::Attributes(path) => format!(", attributes of {}", code(&format!("{slash}{path}"))),
        Within::Bytes => String::new(),
    };
    for inner in inside {
        text.push_str(&format!(", in it {}", code(inner)));
    }
    text
}

fn in_layer(image: &Image, layer: usize, within: &Within, inside: &[String], form: Form) -> Finding {
    let digest = image.layers.get(layer).map(|layer| layer.digest.clone()).unwrap_or_default();
    let place = format!("layer {}, `{}`{}", layer + 1, short(&digest), part(within, inside, "/"));
    let path = match within {
        Within::Path(path) | Within::Name(path) | Within::Link(path) | Within::Attributes(path) => {
            Some(format!("/{path}"))
        }
        Within::Bytes => None,
    };
    Finding { layer: Some(layer + 1), digest: Some(digest), path, ..finding(Some(image.name()), place, form) }
}

fn in_blob(path: &str, digest: &str, within: &Within, inside: &[String], form: Form) -> Finding {
    let inner = if matches!(within, Within::Name(name) if name == path) {
        ", its name".to_owned()
    } else {
        part(within, inside, "/")
    };
    let place = format!("a part of the archive that no image uses, {}{inner}", code(path));
    Finding { digest: Some(digest.to_owned()), ..finding(None, place, form) }
}

/// The config of an image, by what each string of it means.
fn configured(contents: &Contents, image: &Image, needles: &Needles, hits: &Hits, found: &mut BTreeSet<Finding>) {
    let Some(blob) = contents.blob(image.outline.config) else { return };
    let Body::Document(value) = &blob.body else { return };
    let mut told = BTreeSet::new();
    let mut rest = Vec::new();
    strings(value, &mut Vec::new(), &mut |path, text| {
        for form in needles.forms_in(text.as_bytes()) {
            match meaning(path, text) {
                Some(place) => {
                    told.insert(form);
                    found.insert(finding(Some(image.name()), place, form));
                }
                None => rest.push((path.join("."), form)),
            }
        }
    });
    // Builders repeat the config in other parts of the document.
    for (path, form) in rest.iter().filter(|(_, form)| !told.contains(form)) {
        found.insert(finding(Some(image.name()), format!("image configuration, {}", code(path)), *form));
    }
    for (_, within, form) in hits.keys().filter(|(number, ..)| *number == image.outline.config) {
        if *within == Within::Bytes && !told.contains(form) && !rest.iter().any(|(_, other)| other == form) {
            found.insert(finding(Some(image.name()), "image configuration".to_owned(), *form));
        }
    }
    for tag in &image.outline.tags {
        for form in needles.forms_in(tag.as_bytes()) {
            found.insert(finding(Some(image.name()), format!("tag {}", code(tag)), form));
        }
    }
}

/// Every string of a document, keys too, with the way to it.
fn strings(value: &Value, path: &mut Vec<String>, visit: &mut dyn FnMut(&[String], &str)) {
    match value {
        Value::String(text) => visit(path, text),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                path.push(at.to_string());
                strings(item, path, visit);
                path.pop();
            }
        }
        Value::Object(items) => {
            for (key, item) in items {
                path.push(key.clone());
                visit(path, key);
                strings(item, path, visit);
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn meaning(path: &[String], text: &str) -> Option<String> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    Some(match path.as_slice() {
        ["config", "Env", ..] => format!("environment variable {}", code(text.split('=').next().unwrap_or(text))),
        ["config", "Labels", key, ..] => format!("label {}", code(key)),
        ["config", "Cmd", ..] => "command".to_owned(),
        ["config", "Entrypoint", ..] => "entry point".to_owned(),
        ["config", "Healthcheck", ..] => "health check".to_owned(),
        ["config", "User"] => "user".to_owned(),
        ["config", "WorkingDir"] => "working directory".to_owned(),
        ["config", "Volumes", ..] => "volume".to_owned(),
        ["history", at, ..] => format!("history line {}", at.parse::<usize>().ok()? + 1),
        _ => return None,
    })
}
