//! One budget for a whole archive, and the readers that spend it.
//! Invariant: once a limit is passed every further read fails, and the first reason is kept however decoders wrap errors.

use std::{
    cell::{Cell, RefCell},
    io::{self, Read},
    rc::Rc,
    time::{Duration, Instant},
};

use crate::{Invalid, Limits};

/// What an archive has used up so far.
#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) limits: Limits,
    begun: Instant,
    waited: Cell<Duration>,
    streamed: Cell<u64>,
    unpacked: Cell<u64>,
    entries: Cell<u64>,
    names: Cell<u64>,
    reason: RefCell<Option<Invalid>>,
}

/// Bytes of all paths and link targets together; they are what the model keeps in memory.
const MOST_NAMES: u64 = 64 << 20;

impl Budget {
    pub(crate) fn new(limits: Limits) -> Rc<Self> {
        Rc::new(Self {
            limits,
            begun: Instant::now(),
            waited: Cell::default(),
            streamed: Cell::default(),
            unpacked: Cell::default(),
            entries: Cell::default(),
            names: Cell::default(),
            reason: RefCell::default(),
        })
    }

    /// Note why the archive is invalid, for when the error has passed through a decoder.
    pub(crate) fn refuse(&self, reason: impl Into<String>) -> Invalid {
        self.reason.borrow_mut().get_or_insert_with(|| Invalid::new(reason)).clone()
    }

    /// The reason why a limit was passed, if one was.
    pub(crate) fn refused(&self) -> Option<Invalid> {
        self.reason.borrow().clone()
    }

    fn over(&self, reason: String) -> io::Error {
        io::Error::other(self.refuse(reason))
    }

    /// Count one more entry and the bytes of its names.
    pub(crate) fn entry(&self, names: usize) -> Result<(), Invalid> {
        self.entries.set(self.entries.get() + 1);
        self.names.set(self.names.get().saturating_add(names as u64));
        if self.entries.get() > self.limits.entries {
            return Err(self.refuse(format!("it has more than {} entries", self.limits.entries)));
        }
        if self.names.get() > MOST_NAMES {
            return Err(self.refuse(format!("its paths are longer than {MOST_NAMES} bytes together")));
        }
        Ok(())
    }

    fn check_time(&self) -> io::Result<()> {
        let worked = self.begun.elapsed().saturating_sub(self.waited.get());
        if worked > Duration::from_secs(self.limits.seconds) {
            return Err(self.over(format!("it takes more than {} seconds to read", self.limits.seconds)));
        }
        Ok(())
    }
}

/// The archive itself: counts what is streamed.
pub(crate) struct Source<R> {
    inner: R,
    budget: Rc<Budget>,
}

impl<R: Read> Source<R> {
    pub(crate) fn new(inner: R, budget: Rc<Budget>) -> Self {
        Self { inner, budget }
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let asked = Instant::now();
        let count = self.inner.read(into)?;
        let budget = &self.budget;
        budget.waited.set(budget.waited.get() + asked.elapsed());
        budget.streamed.set(budget.streamed.get().saturating_add(count as u64));
        if budget.streamed.get() > budget.limits.compressed {
            return Err(budget.over(format!("it is larger than {} bytes", budget.limits.compressed)));
        }
        budget.check_time()?;
        Ok(count)
    }
}

/// Counts bytes on their way into a decoder, for the ratio.
pub(crate) struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Counted<R> {
    pub(crate) fn new(inner: R) -> (Self, Rc<Cell<u64>>) {
        let count = Rc::new(Cell::new(0));
        (Self { inner, count: Rc::clone(&count) }, count)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.count.set(self.count.get().saturating_add(count as u64));
        Ok(count)
    }
}

/// Bytes that come out of a decoder, or of a layer that is not packed.
pub(crate) struct Unpacked<R> {
    inner: R,
    packed: Option<Rc<Cell<u64>>>,
    produced: u64,
    budget: Rc<Budget>,
}

impl<R: Read> Unpacked<R> {
    /// `packed` counts the bytes that went in, when they were packed at all.
    pub(crate) fn new(inner: R, packed: Option<Rc<Cell<u64>>>, budget: Rc<Budget>) -> Self {
        Self { inner, packed, produced: 0, budget }
    }

    pub(crate) fn get_mut(&mut self) -> &mut R {
        &mut self.inner
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        let (budget, limits) = (&self.budget, &self.budget.limits);
        self.produced = self.produced.saturating_add(count as u64);
        budget.unpacked.set(budget.unpacked.get().saturating_add(count as u64));
        if budget.unpacked.get() > limits.unpacked {
            return Err(budget.over(format!("it unpacks to more than {} bytes", limits.unpacked)));
        }
        if let Some(packed) = &self.packed {
            let fair = packed.get().saturating_mul(limits.ratio).max(limits.ratio_floor);
            if self.produced > fair {
                return Err(budget.over(format!("it unpacks to more than {} times its size", limits.ratio)));
            }
        }
        budget.check_time()?;
        Ok(count)
    }
}
