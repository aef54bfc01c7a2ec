//! How many sandboxes to keep ready, and how many to begin making now. Pure.
//! Invariant: never more sandboxes in all than the host holds; those who wait come before those who may come.

use crate::store::announcement::Announcement;

/// Sandboxes for an announcement are ready so long before it, seconds.
const AHEAD: i64 = 60;

/// When making sandboxes ahead of an announcement begins, for a start that takes so many seconds in its turn.
#[must_use]
pub(super) fn begins_at(announcement: &Announcement, seconds_each: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a number of seconds")]
    let takes = (f64::from(announcement.number) * seconds_each).ceil() as i64;
    announcement.starts_at - takes - AHEAD
}

/// Announcements for which sandboxes are to be ready now or soon, and since when.
#[must_use]
pub(super) fn active(announcements: &[Announcement], seconds_each: f64, now: i64) -> Option<(u32, i64)> {
    let active = announcements.iter().filter(|one| begins_at(one, seconds_each) <= now && now < one.ends_at);
    active.fold(None, |all, one| {
        let (number, since) = all.unwrap_or((0_u32, i64::MAX));
        Some((number.saturating_add(one.number), since.min(begins_at(one, seconds_each))))
    })
}

/// What there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Leases that wait for a sandbox.
    pub(super) queued: usize,
    /// Leases that have one.
    pub(super) living: usize,
    /// Sandboxes that nobody has taken.
    pub(super) idle: usize,
    /// Sandboxes that are being made.
    pub(super) making: usize,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    /// Sandboxes to begin making now.
    pub(super) make: usize,
    /// Idle sandboxes to end.
    pub(super) retire: usize,
}

/// For `most` sandboxes in all, `wanted` idle ones and `limit` made at the same time.
#[must_use]
pub(super) fn plan(counts: Counts, wanted: usize, most: usize, limit: usize) -> Plan {
    let Counts { queued, living, idle, making } = counts;
    let coming = idle + making;
    let room = most.saturating_sub(living + coming);
    if coming < queued {
        // Somebody waits: as fast as the host can.
        return Plan { make: (queued - coming).min(room).min(limit.saturating_sub(making)), retire: 0 };
    }
    let spare = coming - queued;
    if spare < wanted {
        // One after the other: those who are at work must not notice.
        return Plan { make: (wanted - spare).min(room).min(1_usize.saturating_sub(making)), retire: 0 };
    }
    let over = (living + coming).saturating_sub(most).max(spare - wanted);
    Plan { make: 0, retire: over.min(idle.saturating_sub(queued)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announcement(number: u32, starts_at: i64, ends_at: i64) -> Announcement {
        Announcement { id: "a".into(), number, starts_at, ends_at, note: String::new() }
    }

    #[test]
    fn an_announcement_counts_from_when_it_must_be_begun_to_its_end() {
        let all = [announcement(200, 1000, 1600), announcement(10, 5000, 5600)];
        assert_eq!(begins_at(&all[0], 0.5), 840);
        assert_eq!(active(&all, 0.5, 839), None);
        assert_eq!(active(&all, 0.5, 840), Some((200, 840)));
        assert_eq!(active(&all, 0.5, 1599), Some((200, 840)));
        assert_eq!(active(&all, 0.5, 1600), None);
        let both = [announcement(200, 1000, 1600), announcement(10, 1000, 1700)];
        assert_eq!(active(&both, 0.5, 1000), Some((210, 840)));
        assert_eq!(active(&both, 0.5, 1650), Some((10, 935)));
    }

    #[test]
    fn those_who_wait_are_served_as_fast_as_may_be() {
        let counts = Counts { queued: 10, living: 1, idle: 0, making: 2 };
        assert_eq!(plan(counts, 5, 100, 4), Plan { make: 2, retire: 0 });
        assert_eq!(plan(counts, 5, 4, 4), Plan { make: 1, retire: 0 }, "the host holds four");
        assert_eq!(plan(counts, 5, 3, 4), Plan { make: 0, retire: 0 }, "the host is full");
    }

    #[test]
    fn the_pool_is_filled_one_by_one_and_shrinks() {
        let counts = |idle, making| Counts { queued: 0, living: 3, idle, making };
        assert_eq!(plan(counts(0, 0), 2, 100, 4), Plan { make: 1, retire: 0 });
        assert_eq!(plan(counts(0, 1), 2, 100, 4), Plan { make: 0, retire: 0 });
        assert_eq!(plan(counts(2, 0), 2, 100, 4), Plan { make: 0, retire: 0 });
        assert_eq!(plan(counts(5, 0), 2, 100, 4), Plan { make: 0, retire: 3 });
        assert_eq!(plan(counts(2, 0), 2, 4, 4), Plan { make: 0, retire: 1 }, "the host holds fewer than before");
    }

    #[test]
    fn what_the_queue_is_about_to_take_is_not_spare() {
        let counts = Counts { queued: 3, living: 0, idle: 4, making: 0 };
        assert_eq!(plan(counts, 0, 100, 4), Plan { make: 0, retire: 1 });
        assert_eq!(plan(counts, 2, 100, 4), Plan { make: 1, retire: 0 });
    }

    /// Whatever there is: the host is never overfull, what is retired is idle and not about to be taken.
    #[test]
    fn no_plan_oversteps() {
        for (queued, living, idle, making) in
            (0..6).flat_map(|q| (0..6).flat_map(move |l| (0..6).flat_map(move |i| (0..4).map(move |m| (q, l, i, m)))))
        {
            for (wanted, most, limit) in [(0, 0, 1), (0, 5, 2), (3, 8, 4), (9, 9, 1)] {
                let counts = Counts { queued, living, idle, making };
                let Plan { make, retire } = plan(counts, wanted, most, limit);
                assert!(make == 0 || living + idle + making + make <= most, "{counts:?}");
                assert!(make + making <= limit.max(making).max(1), "{counts:?}");
                assert!(retire <= idle.saturating_sub(queued), "{counts:?}");
                assert!(make == 0 || retire == 0, "{counts:?}");
            }
        }
    }
}
