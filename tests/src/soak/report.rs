//! The figures of a run, for people.

use super::{
    count::Totals,
    judge::{Run, median},
    sample::{Measure, Sample},
};

const ALL: [Measure; 10] = [
    Measure::Containers,
    Measure::Processes,
    Measure::ServerFiles,
    Measure::ServerThreads,
    Measure::ServerKib,
    Measure::Volumes,
    Measure::Networks,
    Measure::EngineFiles,
    Measure::Mounts,
    Measure::Namespaces,
];

/// One look, on one line.
pub fn line(sample: &Sample, totals: &Totals) {
    let counts: Vec<String> = sample.counts.values().map(u64::to_string).collect();
    println!(
        "{:>6} s  {} requests, {} errors  {}",
        sample.at.as_secs(),
        totals.requests,
        totals.errors,
        counts.join(" ")
    );
}

/// All that was seen.
pub fn table(run: &Run) {
    println!("{:<28} {:>9} {:>9} {:>9} {:>9}", "", "before", "middle", "most", "after");
    for measure in ALL {
        let of = |sample: &Sample| sample.counts.get(&measure).map_or_else(|| "-".to_owned(), u64::to_string);
        let most = run.during.iter().filter_map(|sample| sample.counts.get(&measure)).max();
        println!(
            "{:<28} {:>9} {:>9} {:>9} {:>9}",
            measure.name(),
            of(&run.before),
            median(&run.during, measure),
            most.map_or_else(|| "-".to_owned(), u64::to_string),
            of(&run.after),
        );
    }
    for (table, rows) in &run.after.rows {
        let before = run.before.rows.get(table).copied().unwrap_or(0);
        println!("{:<28} {before:>9} {:>9} {:>9} {rows:>9}", format!("rows of {table}"), "", "");
    }
    for (what, times) in &run.totals.done {
        println!("{what}: {times}");
    }
    let Totals { requests, errors, .. } = &run.totals;
    println!("{requests} requests, {errors} errors: {:.3} of a thousand", run.errors_per_thousand());
    for told in &run.totals.told {
        println!("error: {told}");
    }
}
