//! Content in archives, searched through what is packed in it.
//! Invariant: a nested archive that is broken is plain bytes, not a reason to give up; one over a limit ends everything.

use std::io::{self, BufReader, Read};

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

use crate::{
    budget::{Budget, Counted, Unpacked},
    name::readable,
    needles::{Needles, Watched, Within},
    sniff::{self, Kind},
    tape,
};
use std::rc::Rc;

/// Three archives in one another, each packed.
const DEEPEST: usize = 6;

/// What a search needs everywhere.
#[derive(Clone)]
pub(crate) struct Context<'a> {
    pub(crate) needles: &'a Needles,
    pub(crate) budget: Rc<Budget>,
}

impl Context<'_> {
    /// Read content to its end and look for needles in it and in all that is packed in it.
    pub(crate) fn search(&self, reader: &mut dyn Read, within: &Within, inside: &[String]) -> io::Result<()> {
        self.descend(reader, within, inside, 0)
    }

    fn descend(&self, reader: &mut dyn Read, within: &Within, inside: &[String], depth: usize) -> io::Result<()> {
        if self.needles.is_empty() {
            return io::copy(reader, &mut io::sink()).map(|_| ());
        }
        let watched = Watched::new(reader, self.needles, within.clone(), inside);
        let (kind, mut content) = sniff::sniff(watched)?;
        if depth < DEEPEST {
            // Errors here are those of broken nested archives; the rest is searched as it is.
            let _broken = match kind {
                Kind::Gzip => {
                    let (counted, packed) = Counted::new(&mut content);
                    self.unpacked(MultiGzDecoder::new(counted), packed, within, inside, depth)
                }
                Kind::Zstd => {
                    let (counted, packed) = Counted::new(&mut content);
                    let mut buffered = BufReader::new(counted);
                    StreamingDecoder::new(&mut buffered)
                        .map_err(io::Error::other)
                        .and_then(|decoder| self.unpacked(decoder, packed, within, inside, depth))
                }
                Kind::Tar => self.members(&mut content, within, inside, depth),
                Kind::Json | Kind::Zeroes | Kind::Other => Ok(()),
            };
            if let Some(refused) = self.budget.refused() {
                return Err(io::Error::other(refused));
            }
        }
        io::copy(&mut content, &mut io::sink()).map(|_| ())
    }

    fn unpacked(
        &self,
        decoder: impl Read,
        packed: Rc<std::cell::Cell<u64>>,
        within: &Within,
        inside: &[String],
        depth: usize,
    ) -> io::Result<()> {
        let mut unpacked = Unpacked::new(decoder, Some(packed), Rc::clone(&self.budget));
        self.descend(&mut unpacked, within, inside, depth + 1)
    }

    fn members(&self, content: &mut dyn Read, within: &Within, inside: &[String], depth: usize) -> io::Result<()> {
        tape::walk(content, &self.budget, &mut |member, content| {
            let mut inside = inside.to_vec();
            inside.push(readable(&member.path));
            for text in [&member.path, &member.link, &member.extended] {
                self.needles.look(text, within, &inside);
            }
            self.descend(content, within, &inside, depth + 1).map_err(|error| tape::unreadable(&self.budget, &error))
        })
        .map(|_| ())
        .map_err(io::Error::other)
    }
}
