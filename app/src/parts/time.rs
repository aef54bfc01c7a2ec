//! Spans of time in words.
//! Invariant: words never promise more precision than a learner needs.

/// Minutes for lists, e.g. "15 min" or "1 h 20 min".
#[must_use]
pub fn minutes(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, rest) => format!("{hours} h {rest} min"),
    }
}

/// Seconds that remain, as a clock: "42:07", "1:03:00"; never below "0:00".
#[must_use]
pub fn countdown(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{rest:02}") } else { format!("{minutes}:{rest:02}") }
}

/// A waiting time in words: "a few seconds", "about 40 seconds", "about 3 minutes".
#[must_use]
pub fn waiting(seconds: u32) -> String {
    match seconds {
        0..=5 => "a few seconds".to_owned(),
        6..=90 => format!("about {} seconds", seconds.div_ceil(5) * 5),
        _ => format!("about {} minutes", seconds.div_ceil(60)),
    }
}

/// Unix seconds as an ISO 8601 instant, for `<time datetime>`.
#[must_use]
pub fn iso(unix: i64) -> String {
    let (days, second) = (unix.div_euclid(86_400), unix.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// Unix seconds as a date and time in UTC, e.g. "2026-11-23 19:48 UTC"; the page turns it into local time.
#[must_use]
pub fn utc(unix: i64) -> String {
    let iso = iso(unix);
    format!("{} {} UTC", &iso[..10], &iso[11..16])
}

/// Days since 1970-01-01 as year, month, day in the proleptic Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(iso(1_795_463_309), "2026-11-23T19:48:29Z");
        assert_eq!(iso(-1), "1969-12-31T23:59:59Z");
        assert_eq!(utc(4_102_444_799), "2099-12-31 23:59 UTC");
    }

    #[test]
    fn spans() {
        assert_eq!([minutes(5), minutes(60), minutes(80)], ["5 min", "1 h", "1 h 20 min"]);
        assert_eq!(
            [countdown(-3), countdown(59), countdown(2527), countdown(3780)],
            ["0:00", "0:59", "42:07", "1:03:00"]
        );
        assert_eq!([waiting(3), waiting(38), waiting(170)], ["a few seconds", "about 40 seconds", "about 3 minutes"]);
    }
}
