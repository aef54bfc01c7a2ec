//! From a stream to a report.
//! Invariant: the whole archive is read and verified before anything is told of it.

use std::{collections::BTreeSet, io::Read};

use crate::{
    Invalid, Job, Report, assemble,
    budget::{Budget, Source},
    contents::Contents,
    facts::SecretFacts,
    findings,
    layer::Texts,
    name::base,
    needles::Needles,
    nested::Context,
};

/// Memory for texts that nobody asked for by name, but that a symbolic link may lead to.
const ROOM: usize = 48 << 20;

/// Judge what `docker save` streams, in either layout.
///
/// # Errors
/// When the archive is malformed, ambiguous, over a limit, or its digests do not hold.
pub fn read_archive(reader: impl Read, job: &Job) -> Result<Report, Invalid> {
    let budget = Budget::new(job.limits.clone());
    let needles = Needles::new(&job.needles)?;
    let paths = job.images.iter().flat_map(|wanted| &wanted.paths);
    let wanted: BTreeSet<String> = paths.map(|path| base(path.trim_end_matches('/')).to_owned()).collect();
    let mut source = Source::new(reader, budget.clone());
    let context = Context { needles: &needles, budget: budget.clone() };
    let contents = Contents::read(&mut source, &context, &mut Texts { wanted, room: ROOM })
        .map_err(|error| budget.refused().unwrap_or(error))?;
    let images = assemble::images(&contents, &job.limits)?;
    let (bytes_searched, hits) = needles.finish();
    Ok(Report {
        images: assemble::wanted(&images, &job.images)?,
        secrets: SecretFacts {
            images_searched: images.len(),
            bytes_searched,
            found: findings::tell(&contents, &images, &needles, &hits),
        },
        difference: job.difference.as_ref().map(|(first, second)| assemble::difference(&images, first, second)),
    })
}
