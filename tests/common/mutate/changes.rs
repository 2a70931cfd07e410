//! Changes the rows of a dump one by one.

use super::words::{FIELDS, NAMESPACES, PAYLOADS};
use crate::common::dump::{Row, dump, rows};
use crate::common::random::Random;

pub(super) fn log_rows(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) -> bool {
    let mut all = rows(bytes);
    if all.is_empty() {
        return false;
    }
    if random.once_in(8) {
        all.extend(rows(other).into_iter().take(20));
    }
    for _ in 0..1 + random.below(6) {
        row(&mut all, random);
    }
    *bytes = dump(&all);
    true
}

fn row(rows: &mut Vec<Row>, random: &mut Random) {
    let (a, b) = (random.below(rows.len()), random.below(rows.len()));
    let other = rows[b].clone();
    let many = rows.len() > 1;
    let row = &mut rows[a];
    match random.below(16) {
        0 => rows.swap(a, b),
        1 => rows.push(other),
        2 if many => drop(rows.remove(a)),
        3 => row.seq = [Some(0), Some(u64::MAX), other.seq, None][random.below(4)],
        4 => row.namespace = (*random.pick(&NAMESPACES)).to_owned(),
        5 => row.namespace = other.namespace,
        6 => row.field = (*random.pick(&FIELDS)).to_owned(),
        7 => row.field = other.field,
        8 => row.value = None,
        9 => row.value = other.value,
        10 => row.value = Some([&[random.next() as u8], random.pick(&PAYLOADS).as_bytes()].concat()),
        11 => row.value = Some(Vec::new()),
        12 => {
            if let Some(first) = row.value.as_mut().and_then(|value| value.first_mut()) {
                *first = *random.pick(&[0, 1, 2, 3, 6, 7, 8, 9, 13, 64, 66, 128, 129, 132, 133, 77, 254, 255]);
            }
        }
        13 => {
            if let Some(value) = row.value.as_mut().filter(|value| !value.is_empty()) {
                let at = random.below(value.len());
                value[at] = random.next() as u8;
            }
        }
        14 => row.time = [f64::NAN, f64::INFINITY, -0.0, 1e300, 0.1][random.below(5)],
        _ => {
            // Without numbers, as the first versions wrote.
            if random.once_in(4) {
                rows.iter_mut().for_each(|row| row.seq = None);
            }
        }
    }
}
