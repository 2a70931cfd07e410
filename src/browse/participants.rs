//! The pages of PsyNet's participants as stays, so that both systems share their pictures.

use super::stays::{END, Marks, Numbers, Stay, Stays};
use crate::psynet::{self, Bounds, Chart, EventKind, Mark};

/// As many bars as a browser tab can hold; the pictures themselves take far fewer.
const BOUNDS: Bounds = Bounds { participants: 20_000, items: 2000 };

/// The stays of all participants on pages, or on trials where no page is known. Idle is not told from other stays:
/// PsyNet notes a page only when it is left.
pub fn stays(study: &psynet::Study) -> Stays {
    let chart = study.chart(BOUNDS);
    let pages = of_kind(&chart, EventKind::Response);
    if pages.stays.is_empty() { of_kind(&chart, EventKind::Trial) } else { pages }
}

fn of_kind(chart: &Chart, kind: EventKind) -> Stays {
    let mut stays = Stays::default();
    let mut labels = Numbers::default();
    for (lane, row) in (0u32..).zip(&chart.participants) {
        stays.lanes.push(row.label.clone());
        let times = row.items.iter().flat_map(|item| [Some(item.start), item.end]).flatten();
        stays.last.push(times.reduce(f64::max));
        let mut put = |label: &str, from: f64, to: Option<f64>, marks: Marks| {
            let label = labels.of(&mut stays.labels, label);
            stays.stays.push(Stay { lane, label, from, to, marks });
        };
        for item in row.items.iter().filter(|item| item.kind == kind) {
            let is = |mark: Mark| item.mark == Some(mark);
            let marks =
                Marks { negative: is(Mark::Negative), open: is(Mark::MissingEnd), long: is(Mark::Long), idle: false };
            put(&item.label, item.start, item.end, marks);
        }
        let ended = row.items.iter().filter(|item| item.kind == EventKind::Participant).find_map(|item| item.end);
        if let Some(ended) = ended {
            put(END, ended, None, Marks::default());
        }
    }
    stays
}
